extension JSON: RequestValue, ResponseValue {
    /// Anything.
    public static var schema: Schema { Schema() }

    /// Takes any value.
    public static func read(_ json: JSON, issues: inout [Issue]) -> JSON? { json }

    /// Writes the value; half a surrogate pair as U+FFFD, an infinite number as null.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): value.write(to: &writer)
        case .number(let value): writer.number(value)
        case .longNumber(let text): writer.raw(text.utf8)
        case .string(let text), .brokenString(let text): writer.string(text)
        case .array(let elements): JSON.write(elements, to: &writer)
        case .object(let members): JSON.write(members, to: &writer)
        }
    }

    // These two are not generic: what is nested deep must not take much of the thread's stack.
    private static func write(_ elements: [JSON], to writer: inout JSONWriter) {
        var separator: StaticString = "["
        for element in elements {
            writer.raw(separator)
            separator = ","
            element.write(to: &writer)
        }
        writer.raw(elements.isEmpty ? "[]" : "]")
    }

    private static func write(_ members: [Member], to writer: inout JSONWriter) {
        var separator: StaticString = "{"
        for member in members {
            writer.raw(separator)
            separator = ","
            writer.string(member.name)
            writer.raw(":")
            member.value.write(to: &writer)
        }
        writer.raw(members.isEmpty ? "{}" : "}")
    }

    static func write<Value: ResponseValue>(
        _ members: some Sequence<(String, Value)>, to writer: inout JSONWriter
    ) {
        writer.raw("{")
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(name)
            writer.raw(":")
            value.write(to: &writer)
        }
        writer.raw("}")
    }
}

extension KeyValuePairs: ResponseConvertible, ResponseValue where Key == String, Value: ResponseValue {
    /// An object with any names; they are written in the order they stand in.
    public static var schema: Schema { .dictionary(of: Value.schema) }

    /// Writes an object.
    public func write(to writer: inout JSONWriter) {
        JSON.write(lazy.map { ($0.key, $0.value) }, to: &writer)
    }
}

extension Schema {
    /// An object with any names, and values of one schema.
    static func dictionary(of value: Schema) -> Schema {
        let more: JSON = value.keywords.isEmpty ? true : value.json
        return Schema([.init("additionalProperties", more), .init("type", "object")], of: [value])
    }
}
