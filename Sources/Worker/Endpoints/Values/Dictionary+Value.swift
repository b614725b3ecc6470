extension Dictionary: RequestValue where Key: ParameterValue, Value: RequestValue {
    /// An object; its names are the keys.
    public static var schema: Schema { .dictionary(from: Key.schema, to: Value.schema) }

    /// Reads an object; each issue names its member, and that of a key `[key]` below it.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .object(let members) = json else {
            issues.append(Issue("dict_type", "Input should be a valid dictionary", input: json))
            return nil
        }
        let known = issues.count
        var values: Self = [:]
        for member in members {
            issues.below(.name(member.name)) { issues in
                let key = issues.below("[key]") { Key.read(.string(member.name), issues: &$0) }
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

    /// Writes an object, its names in alphabetical order. A key that is no JSON string stands as the text of its JSON.
    public func write(to writer: inout JSONWriter) {
        let members = map { (Self.name(of: $0.key), $0.value) }
        JSON.write(members.sorted { $0.0 < $1.0 }, to: &writer)
    }

    private static func name(of key: Key) -> String {
        if let text = key as? String { return text }
        let json = key.json
        return if case .string(let text) = json { text } else { String(decoding: json.bytes, as: UTF8.self) }
    }
}

extension Schema {
    fileprivate static func dictionary(from key: Schema, to value: Schema) -> Schema {
        var schema = dictionary(of: value)
        // Names are strings, so the schema of another type would refuse them all.
        let isPlain = key.keywords == Schema.type("string").keywords
        let isText = key.json["type"] == "string" || key.definitions.first?.schema().json["type"] == "string"
        guard isText, !isPlain else { return schema }
        schema = Schema(schema.keywords, of: [value, key])
        schema.keywords.insert(.init("propertyNames", key.json), at: 1)
        return schema
    }
}
