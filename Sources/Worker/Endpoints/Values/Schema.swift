/// A JSON Schema (the dialect of OpenAPI 3.1), and the named ones that it refers to.
public struct Schema: Sendable {
    /// A schema that stands under `components` and is referred to by its name.
    public struct Definition: Sendable {
        /// Its name under `components`.
        public let name: String
        /// Made when it is needed: models may contain themselves.
        public let schema: @Sendable () -> Schema
        /// Tells two types with one name apart.
        let type: ObjectIdentifier?
    }

    /// The keywords, in order.
    public var keywords: [JSON.Member]
    /// What `$ref` keywords in it refer to.
    public private(set) var definitions: [Definition]
    /// What was declared wrongly in it, such as a pattern that is none. Found at start.
    var mistakes: [String] = []
    /// Of a model's own schema: what tries the model out at start.
    var model: ModelTrial?

    /// A schema of those keywords.
    public init(_ keywords: [JSON.Member] = [], definitions: [Definition] = []) {
        self.keywords = keywords
        self.definitions = definitions
    }

    /// A schema of those keywords, in which others stand.
    init(_ keywords: [JSON.Member], of parts: [Schema]) {
        self.init(keywords, definitions: parts.flatMap(\.definitions))
        mistakes = parts.flatMap(\.mistakes)
    }

    /// A schema with nothing but a type.
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

    /// An object by its properties.
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

    /// With further keywords. Those of an alternative that is not null go into it, where they mean something; those of
    /// elements join what is said of them.
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

    /// With words about it. A mere reference takes no title, and a schema keeps the one that it has.
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
