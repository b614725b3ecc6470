extension Optional: RequestValue where Wrapped: RequestValue {
    /// Constraints check the wrapped value.
    public typealias Constrained = Wrapped.Constrained

    /// The wrapped type or null.
    public static var schema: Schema { .any(of: [Wrapped.schema, .type("null")]) }

    /// Reads null as nil.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        json == .null ? .some(nil) : Wrapped.read(json, issues: &issues).map(Optional.some)
    }

    /// The wrapped value.
    public var constrained: Wrapped.Constrained? { flatMap(\.constrained) }

    /// As the wrapped type.
    public static var isList: Bool { Wrapped.isList }

    /// Nil: the value is not required.
    public static var valueWhenAbsent: Self? { .some(nil) }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {}

extension Optional: ResponseConvertible, ResponseValue where Wrapped: ResponseValue {
    /// The wrapped type or null.
    public static var schema: Schema { .any(of: [Wrapped.schema, .type("null")]) }

    /// Writes the value or null.
    public func write(to writer: inout JSONWriter) {
        if let self { self.write(to: &writer) } else { writer.null() }
    }
}

extension Array: RequestValue where Element: RequestValue {
    /// An array.
    public static var schema: Schema { .array(of: Element.schema) }

    /// Reads an array. An issue of an element has its index.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .array(let elements) = json else {
            issues.append(Issue("list_type", "Input should be a valid list", input: json))
            return nil
        }
        var values: Self = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let value = issues.nested(under: .index(index), { Element.read(element, issues: &$0) }) {
                values.append(value)
            }
            if issues.isFull { return nil }
        }
        return values.count == elements.count ? values : nil
    }

    /// True: each value of the name is an element.
    public static var isList: Bool { true }
}

extension Array: ParameterValue where Element: ParameterValue {}

extension Array: ResponseConvertible, ResponseValue where Element: ResponseValue {
    /// An array.
    public static var schema: Schema { .array(of: Element.schema) }

    /// Writes an array.
    public func write(to writer: inout JSONWriter) {
        writer.raw("[")
        for (index, element) in enumerated() {
            if index > 0 { writer.raw(",") }
            element.write(to: &writer)
        }
        writer.raw("]")
    }
}

extension Dictionary: RequestValue where Key: ParameterValue, Value: RequestValue {
    /// An object; its names are the keys.
    public static var schema: Schema { .dictionary(from: Key.schema, to: Value.schema) }

    /// Reads an object. An issue of a value has the key, and one of a key has `[key]` below it.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .object(let members) = json else {
            issues.append(Issue("dict_type", "Input should be a valid dictionary", input: json))
            return nil
        }
        let known = issues.count
        var values: Self = [:]
        for member in members {
            issues.nested(under: .name(member.name)) { issues in
                let key = issues.nested(under: "[key]") { Key.read(.string(member.name), issues: &$0) }
                let value = Value.read(member.value, issues: &issues)
                if let key { values[key] = value }
            }
            if issues.isFull { return nil }
        }
        return issues.count == known ? values : nil
    }
}

extension Dictionary: ResponseConvertible, ResponseValue where Key: ResponseValue, Value: ResponseValue {
    /// An object; its names are the keys.
    public static var schema: Schema { .dictionary(from: Key.schema, to: Value.schema) }

    /// Writes an object with sorted names. The name of a key that is not a JSON string is the text of its JSON.
    public func write(to writer: inout JSONWriter) {
        let members = map { (Self.name(of: $0.key), $0.value) }
        writer.object(members.sorted { $0.0 < $1.0 })
    }

    private static func name(of key: Key) -> String {
        if let text = key as? String { return text }
        let json = key.json
        return if case .string(let text) = json { text } else { String(decoding: json.bytes, as: UTF8.self) }
    }
}

extension KeyValuePairs: ResponseConvertible, ResponseValue where Key == String, Value: ResponseValue {
    /// An object with any names.
    public static var schema: Schema { .dictionary(of: Value.schema) }

    /// Writes an object in the order of the pairs.
    public func write(to writer: inout JSONWriter) {
        writer.object(lazy.map { ($0.key, $0.value) })
    }
}

extension JSONWriter {
    fileprivate mutating func object<Value: ResponseValue>(_ members: some Sequence<(String, Value)>) {
        raw("{")
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { raw(",") }
            string(name)
            raw(":")
            value.write(to: &self)
        }
        raw("}")
    }
}

extension Schema {
    /// An object with any names, and values of one schema.
    fileprivate static func dictionary(of value: Schema) -> Schema {
        let more: JSON = value.keywords.isEmpty ? true : value.json
        return Schema([.init("additionalProperties", more), .init("type", "object")], of: [value])
    }

    fileprivate static func dictionary(from key: Schema, to value: Schema) -> Schema {
        var schema = dictionary(of: value)
        // Names are strings, so the schema of another type would reject them all.
        let isPlain = key.keywords == Schema.type("string").keywords
        let isText = key.json["type"] == "string" || key.definitions.first?.schema().json["type"] == "string"
        guard isText, !isPlain else { return schema }
        schema = Schema(schema.keywords, of: [value, key])
        schema.keywords.insert(.init("propertyNames", key.json), at: 1)
        return schema
    }
}
