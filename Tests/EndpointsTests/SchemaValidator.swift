import Endpoints

/// A JSON Schema validator for the keywords that this library writes.
struct SchemaValidator {
    private let components: JSON

    init(_ document: JSON) {
        components = document["components"]?["schemas"] ?? [:]
    }

    func accepts(_ value: JSON, _ schema: JSON) -> Bool {
        if case .string(let reference)? = schema["$ref"] {
            let name = String(reference.dropFirst("#/components/schemas/".count))
            return components[name].map { accepts(value, $0) } ?? false
        }
        if case .array(let schemas)? = schema["anyOf"] { return schemas.contains { accepts(value, $0) } }
        if case .array(let values)? = schema["enum"], !values.contains(value) { return false }
        guard case .string(let type)? = schema["type"] else { return true }
        switch (type, value) {
        case ("null", .null), ("boolean", .bool): return true
        case ("string", .string(let text)): return accepts(text, schema)
        case ("integer", .integer(let number)):
            return number.small.map { accepts(Double($0), schema) } ?? (schema["maximum"] == nil)
        case ("number", .number(let number)): return accepts(number, schema)
        case ("number", .integer(let number)): return number.small.map { accepts(Double($0), schema) } ?? true
        case ("array", .array(let elements)):
            let items = schema["items"] ?? [:]
            return isWithin(elements.count, schema, "minItems", "maxItems")
                && elements.allSatisfy { accepts($0, items) }
        case ("object", .object(let members)): return accepts(value, members, schema)
        default: return false
        }
    }

    private func accepts(_ object: JSON, _ members: [JSON.Member], _ schema: JSON) -> Bool {
        if case .array(let names)? = schema["required"] {
            for case .string(let name) in names where object[name] == nil { return false }
        }
        return members.allSatisfy { member in
            let property = schema["properties"]?[member.name] ?? schema["additionalProperties"]
            return property.map { accepts(member.value, $0) } ?? true
        }
    }

    private func accepts(_ text: String, _ schema: JSON) -> Bool {
        if schema["format"] == "uri", (try? WebURL(parsing: text)) == nil { return false }
        return isWithin(text.unicodeScalars.count, schema, "minLength", "maxLength")
    }

    private func accepts(_ number: Double, _ schema: JSON) -> Bool {
        if case .integer(.small(let least))? = schema["minimum"], number < Double(least) { return false }
        if case .integer(.small(let most))? = schema["maximum"], number > Double(most) { return false }
        return true
    }

    private func isWithin(_ count: Int, _ schema: JSON, _ least: String, _ most: String) -> Bool {
        if case .integer(.small(let least))? = schema[least], count < least { return false }
        if case .integer(.small(let most))? = schema[most], count > most { return false }
        return true
    }
}
