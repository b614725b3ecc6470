/// A struct whose properties are described once: for reading, checking, writing and the document.
///
/// ```swift
/// struct RecipeCreate: Model {
///     let label: String
///     let url: WebURL
///
///     static let properties = Properties(RecipeCreate.init) {
///         Property("label", \.label)
///         Property("url", \.url)
///     }
/// }
/// ```
public protocol Model: RequestValue, ResponseValue {
    associatedtype Description: ModelDescription where Description.Model == Self

    /// The properties, in the order of the initialiser's parameters.
    static var properties: Description { get }

    /// Its name in the document; the type's own when nothing else is said.
    static var schemaName: String { get }

    /// What the document says of it; nothing when nothing is said.
    static var schemaDescription: String { get }

    /// Values that the document shows.
    static var schemaExamples: [Self] { get }
}

extension Model {
    /// The type's own name.
    public static var schemaName: String { String(describing: Self.self) }

    /// Nothing.
    public static var schemaDescription: String { "" }

    /// None.
    public static var schemaExamples: [Self] { [] }

    /// A reference to the model's schema.
    public static var schema: Schema {
        .reference(schemaName, to: ObjectIdentifier(Self.self)) {
            let properties = properties.schemas
            var schema = Schema.object(
                properties.map { ($0.name, $0.schema) },
                required: properties.filter(\.isRequired).map(\.name), title: schemaName,
                description: schemaDescription, examples: schemaExamples.map(\.json))
            for (index, property) in properties.enumerated()
            where properties[..<index].contains(where: { $0.name == property.name }) {
                schema.mistakes.append("two properties have the name \(property.name)")
            }
            schema.model = Self.properties.trial
            return schema
        }
    }

    /// Reads an object; names that are no property are ignored.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .object = json else {
            let message = "Input should be a valid dictionary or object to extract fields from"
            issues.append(Issue("model_attributes_type", message, input: json))
            return nil
        }
        // Models that hold models need not be in a list to be many.
        return issues.isFull ? nil : properties.read(json, issues: &issues)
    }

    /// Writes an object of all properties, in their order.
    public func write(to writer: inout JSONWriter) {
        Self.properties.write(self, to: &writer)
    }
}

/// What `Properties` gives; there is no other.
public protocol ModelDescription: Sendable {
    associatedtype Model

    /// Each property's name, its schema, and whether it must be sent.
    var schemas: [PropertySchema] { get }

    /// Reads an object; nil when issues were added: all of them at once.
    func read(_ object: JSON, issues: inout [Issue]) -> Model?

    /// Writes the properties as an object.
    func write(_ model: Model, to writer: inout JSONWriter)

    /// What looks for mistakes at start.
    var trial: ModelTrial { get }
}

/// Tries out at start how a model is declared.
public struct ModelTrial: Sendable {
    /// Objects that can be read as the model; the depth is how many models it stands in.
    let samples: @Sendable (_ depth: Int) -> [JSON]
    /// The names of properties that have each other's values once they are read.
    let misplaced: @Sendable () -> [String]
}

/// What the document says of a property.
public struct PropertySchema: Sendable {
    /// Its name in JSON.
    public let name: String
    /// Its schema, with what it must keep.
    public let schema: Schema
    /// Whether it must be sent.
    public let isRequired: Bool
    /// Whether it takes all fields of its name, where a form is read.
    let isList: Bool
}
