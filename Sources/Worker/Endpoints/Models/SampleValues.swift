/// Values that match a schema, to check declarations at start. The type may still reject some of them, so the caller reads them
/// and keeps those that are valid.
struct SampleValues {
    private let definitions: [String: Schema.Definition]
    /// The number of models that contain the value. It is limited, because models may contain themselves.
    private let depth: Int

    private static let maximumDepth = 6

    /// Values for a schema, usual ones first.
    static func of(_ schema: Schema, depth: Int) -> [JSON] {
        guard depth < maximumDepth else { return [] }
        let definitions = Dictionary(schema.definitions.map { ($0.name, $0) }) { first, _ in first }
        return SampleValues(definitions: definitions, depth: depth).values(of: schema.json)
    }

    private func values(of schema: JSON) -> [JSON] {
        var found = schema["examples"]?.elements ?? []
        if let choices = schema["enum"]?.elements { return found + choices }
        if let constant = schema["const"] { return [constant] }
        if let reference = schema["$ref"]?.text { return found + values(ofReference: reference) }
        for alternative in (schema["anyOf"] ?? schema["oneOf"])?.elements ?? [] { found += values(of: alternative) }
        switch schema["type"]?.text {
        case "string": found += texts(schema)
        case "integer": found += numbers(schema).map { .integer(.small(Int($0))) }
        case "number": found += numbers(schema).flatMap { [.number($0 + 0.5), .integer(.small(Int($0)))] }
        case "boolean": found += [false, true]
        case "array": found += arrays(schema)
        case "object": found += values(of: schema["additionalProperties"] ?? .object([])).map { ["a": $0] }
        case "null": found.append(.null)
        default: if found.isEmpty { found = ["aa", "bb", 1, 2] }
        }
        return found
    }

    private func values(ofReference reference: String) -> [JSON] {
        let name = reference.split(separator: "/").last.map(String.init) ?? ""
        guard let definition = definitions[name] else { return [] }
        let schema = definition.schema()
        return schema.model?.samples(depth + 1) ?? SampleValues.of(schema, depth: depth + 1)
    }

    /// Letters in the required number, and texts that custom types often expect.
    private func texts(_ schema: JSON) -> [JSON] {
        let length = max(schema["minLength"]?.whole ?? 0, min(schema["maxLength"]?.whole ?? 2, 2))
        let letters = ["a", "b"].map { String(repeating: $0, count: min(length, 10_000)) }
        return (letters + SampleValues.texts).map(JSON.string)
    }

    private static let texts = [
        "https://a.example/", "https://b.example/", "a@a.example", "b@b.example",
        "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b", "2001-02-03T04:05:06Z",
        "2002-03-04T05:06:07Z", "2001-02-03", "2002-03-04", "04:05:06", "05:06:07", "P1D", "P2D", "PT1S", "PT2S",
        "YWFh", "YmJi", "1", "2", "1.5", "2.5", "A", "B", "aaa", "bbb", "127.0.0.1", "127.0.0.2",
    ]

    /// Whole numbers within the bounds, small ones first.
    private func numbers(_ schema: JSON) -> [Double] {
        let limit = 1e15
        let step = max(schema["multipleOf"]?.double ?? 1, 1).rounded(.up)
        let least = schema["minimum"]?.double ?? schema["exclusiveMinimum"]?.double.map { $0 + 1 }
        let most = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double.map { $0 - 1 }
        let start = least ?? min(most.map { $0 - 2 * step } ?? 1, 1)
        guard abs(start) < limit, step < limit else { return [] }
        let first = (start / step).rounded(.up) * step
        return [first, first + step, first + 2 * step]
    }

    /// Arrays with the minimum number of elements, all equal or different, and an empty one.
    private func arrays(_ schema: JSON) -> [JSON] {
        let count = min(schema["minItems"]?.whole ?? 1, 100)
        let elements = values(of: schema["items"] ?? .object([]))
        return elements.map { .array(Array(repeating: $0, count: max(count, 1))) }
            + [.array(Array(elements.prefix(count))), .array([])]
    }
}

extension JSON {
    fileprivate var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var whole: Int? { if case .integer(.small(let value)) = self { value } else { nil } }
}
