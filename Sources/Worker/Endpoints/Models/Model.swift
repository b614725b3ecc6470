/// A struct whose properties are declared once: for reading, validating, writing and the OpenAPI document.
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

    /// The properties, in the order of the parameters of the initializer.
    static var properties: Description { get }

    /// The name of its schema in the document. The default is the name of the type.
    static var schemaName: String { get }

    /// The description in the document. The default is none.
    static var schemaDescription: String { get }

    /// The examples in the document. The default is none.
    static var schemaExamples: [Self] { get }
}

extension Model {
    /// The name of the type.
    public static var schemaName: String { String(describing: Self.self) }

    /// Nothing.
    public static var schemaDescription: String { "" }

    /// None.
    public static var schemaExamples: [Self] { [] }

    /// A reference to the named schema of the model.
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
            schema.model = Self.properties.check
            return schema
        }
    }

    /// Reads an object. Unknown names are ignored.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .object = json else {
            let message = "Input should be a valid dictionary or object to extract fields from"
            issues.append(Issue("model_attributes_type", message, input: json))
            return nil
        }
        // Nested models can have many issues even without lists.
        return issues.isFull ? nil : properties.read(json, issues: &issues)
    }

    /// Writes an object with the properties in order.
    public func write(to writer: inout JSONWriter) {
        Self.properties.write(self, to: &writer)
    }
}

/// The declaration of a model. Only `Properties` conforms.
public protocol ModelDescription: Sendable {
    associatedtype Model

    /// The schemas of the properties, in order.
    var schemas: [PropertySchema] { get }

    /// Reads an object. Nil if it is invalid; then the issues of all properties were added.
    func read(_ object: JSON, issues: inout [Issue]) -> Model?

    /// Writes the properties as an object.
    func write(_ model: Model, to writer: inout JSONWriter)

    /// The check of the declaration at start.
    var check: ModelCheck { get }
}

/// The schema of a property.
public struct PropertySchema: Sendable {
    /// The name in JSON.
    public let name: String
    /// The schema, with its constraints.
    public let schema: Schema
    /// Whether it must be sent.
    public let isRequired: Bool
    /// Whether it reads all fields of its name in a form.
    let isList: Bool
}
