/// The named schemas that a document refers to, each once.
struct Components {
    private var schemas: [String: JSON] = [:]
    private var types: [String: ObjectIdentifier] = [:]

    /// In alphabetical order.
    var json: [JSON.Member] {
        schemas.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
    }

    /// Takes what a schema refers to, and what that refers to.
    mutating func add(_ schema: Schema) throws(DeclarationError) {
        for definition in schema.definitions {
            if schemas[definition.name] != nil {
                guard types[definition.name] == definition.type else {
                    throw DeclarationError(.schema, "two types have the name \(definition.name) in the document")
                }
                continue
            }
            let schema = definition.schema()
            schemas[definition.name] = schema.json
            types[definition.name] = definition.type
            try add(schema)
        }
    }
}
