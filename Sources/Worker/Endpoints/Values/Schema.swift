/// A JSON Schema (in the dialect of OpenAPI 3.1), and the named schemas that it refers to.
public struct Schema: Sendable {
    /// A named schema. It is in the document's `components`, and other schemas refer to it.
    public struct Definition: Sendable {
        /// The name in `components`.
        public let name: String
        /// A function, because models may contain themselves.
        public let schema: @Sendable () -> Schema
        /// Finds two types with the same name.
        let type: ObjectIdentifier?
    }

    /// The keywords, in order.
    public var keywords: [JSON.Member]
    /// What its `$ref` keywords refer to.
    public private(set) var definitions: [Definition]
    /// What is wrong in the declaration, such as a pattern that is not valid. Reported at start.
    var mistakes: [String] = []
    /// In the schema of a model: the check of the model at start.
    var model: ModelCheck?

    /// Creates a schema.
    public init(_ keywords: [JSON.Member] = [], definitions: [Definition] = []) {
        self.keywords = keywords
        self.definitions = definitions
    }

    /// Creates a schema that contains others.
    init(_ keywords: [JSON.Member], of parts: [Schema]) {
        self.init(keywords, definitions: parts.flatMap(\.definitions))
        mistakes = parts.flatMap(\.mistakes)
    }

    /// A schema with a type and no other keyword.
    public static func type(_ name: String) -> Schema {
        Schema([.init("type", .string(name))])
    }

    /// A reference to a named schema.
    static func reference(
        _ name: String, to type: ObjectIdentifier? = nil, _ schema: @escaping @Sendable () -> Schema
    ) -> Schema {
        Schema(
            [.init("$ref", .string("#/components/schemas/\(name)"))],
            definitions: [Definition(name: name, schema: schema, type: type)])
    }

    static func any(of schemas: [Schema]) -> Schema {
        Schema([.init("anyOf", .array(schemas.map(\.json)))], of: schemas)
    }

    static func array(of element: Schema) -> Schema {
        Schema([.init("items", element.json), .init("type", "array")], of: [element])
    }

    /// The schema of an object.
    static func object(
        _ properties: [(name: String, schema: Schema)], required: [String], title: String, description: String = "",
        examples: [JSON] = []
    ) -> Schema {
        var keywords: [JSON.Member] = [
            .init("properties", .object(properties.map { .init($0.name, $0.schema.json) })),
            .init("type", "object"),
        ]
        if !required.isEmpty { keywords.append(.init("required", .array(required.map(JSON.string)))) }
        return Schema(keywords, of: properties.map(\.schema))
            .annotated(title: title, description: description, examples: examples)
    }

    var json: JSON { .object(keywords) }

    private var isReference: Bool { keywords.first?.name == "$ref" }

    /// The schema with more keywords. In a schema with alternatives they go to the first one, which is not null. Keywords of
    /// `items` are merged.
    func adding(_ more: [JSON.Member]) -> Schema {
        guard !more.isEmpty else { return self }
        var copy = self
        if case .array(var alternatives)? = json["anyOf"], case .object(let first)? = alternatives.first {
            alternatives[0] = Schema(first).adding(more).json
            copy.keywords = keywords.map { $0.name == "anyOf" ? .init("anyOf", .array(alternatives)) : $0 }
            return copy
        }
        for member in more {
            if member.name == "items", case .object(let new) = member.value,
                let place = copy.keywords.firstIndex(where: { $0.name == "items" }),
                case .object(let old) = copy.keywords[place].value
            {
                copy.keywords[place].value = Schema(old).adding(new).json
            } else {
                copy.keywords.append(member)
            }
        }
        return copy
    }

    /// The schema with annotations. A reference gets no title, and a schema keeps the title that it has.
    func annotated(
        title: String, description: String = "", default value: JSON? = nil, examples: [JSON] = []
    ) -> Schema {
        var copy = self
        if !description.isEmpty { copy.keywords.append(.init("description", .string(description))) }
        if let value { copy.keywords.append(.init("default", value)) }
        if !examples.isEmpty { copy.keywords.append(.init("examples", .array(examples))) }
        if !isReference, json["title"] == nil { copy.keywords.append(.init("title", .string(title))) }
        return copy
    }
}
