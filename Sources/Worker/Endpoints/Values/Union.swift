/// One of several models. A property of the JSON, the discriminator, says which one.
///
/// ```swift
/// enum Payment: Union {
///     case card(Card)
///     case transfer(Transfer)
///
///     static let variants = Variants(by: "method", .init("card", Payment.card), .init("transfer", Payment.transfer))
///
///     var model: any Model {
///         switch self {
///         case .card(let card): card
///         case .transfer(let transfer): transfer
///         }
///     }
/// }
/// ```
/// A card is `{"method":"card", ...}`, with the properties of `Card`. The models do not have the discriminator.
public protocol Union: RequestValue, ResponseValue {
    /// The name of the discriminator, and the cases with their tags.
    static var variants: Variants<Self> { get }

    /// The associated value of the case.
    var model: any Model { get }

    /// The name of its schema in the document. The default is the name of the type.
    static var schemaName: String { get }
}

extension Union {
    /// The name of the type.
    public static var schemaName: String { String(describing: Self.self) }

    /// A reference to a named `oneOf` schema.
    public static var schema: Schema {
        .reference(schemaName, to: ObjectIdentifier(Self.self)) { variants.schema(name: schemaName) }
    }

    /// Reads the model that the discriminator selects. Its issues have the tag in their location.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        variants.read(json, issues: &issues)
    }

    /// Writes the discriminator and the properties of the model.
    public func write(to writer: inout JSONWriter) {
        Self.variants.write(model, to: &writer)
    }
}

/// The cases of a union.
public struct Variants<Value: Sendable>: Sendable {
    /// A case of a union, and its tag.
    public struct Variant: Sendable {
        fileprivate let tag: String
        fileprivate let model: ObjectIdentifier
        fileprivate let schema: @Sendable () -> Schema
        fileprivate let read: @Sendable (JSON, inout [Issue]) -> Value?

        /// - Parameters:
        ///   - tag: the value of the discriminator.
        ///   - make: the case, such as `Payment.card`, or any function.
        public init<Content: Model>(_ tag: String, _ make: @escaping @Sendable (Content) -> Value) {
            self.tag = tag
            model = ObjectIdentifier(Content.self)
            schema = { Content.schema }
            read = { Content.read($0, issues: &$1).map(make) }
        }
    }

    private let discriminator: String
    private let variants: [Variant]

    /// - Parameters:
    ///   - discriminator: the name of a property that no model has.
    ///   - variants: the cases. Tags and models must be unique.
    public init(by discriminator: String, _ variants: Variant...) {
        self.discriminator = discriminator
        self.variants = variants
    }

    fileprivate func read(_ json: JSON, issues: inout [Issue]) -> Value? {
        guard case .object = json else {
            let message = "Input should be a valid dictionary or object to extract fields from"
            issues.append(Issue("model_attributes_type", message, input: json))
            return nil
        }
        let name = JSON.Member("discriminator", .string("'\(discriminator)'"))
        guard let found = json[discriminator] else {
            let message = "Unable to extract tag using discriminator '\(discriminator)'"
            issues.append(Issue("union_tag_not_found", message, input: json, context: [name]))
            return nil
        }
        if case .string(let tag) = found, let variant = variants.first(where: { $0.tag.hasSameBytes(as: tag) }) {
            return issues.nested(under: .name(variant.tag)) { variant.read(json, &$0) }
        }
        let tag = found.tagText
        let tags = variants.map { "'\($0.tag)'" }.joined(separator: ", ")
        let message =
            "Input tag '\(tag)' found using '\(discriminator)' does not match any of the expected tags: \(tags)"
        let context = [name, .init("tag", .string(tag)), .init("expected_tags", .string(tags))]
        issues.append(Issue("union_tag_invalid", message, input: json, context: context))
        return nil
    }

    fileprivate func write(_ model: any Model, to writer: inout JSONWriter) {
        let type = ObjectIdentifier(type(of: model))
        guard let variant = variants.first(where: { $0.model == type }) else {
            // No case has this model, so there is no tag to write.
            return model.write(to: &writer)
        }
        var properties = JSONWriter()
        model.write(to: &properties)
        writer.raw("{")
        writer.string(discriminator)
        writer.raw(":")
        writer.string(variant.tag)
        // All but the opening brace.
        let rest = properties.bytes.dropFirst()
        if rest.count > 1 { writer.raw(",") }
        writer.raw(rest)
    }

    fileprivate func schema(name: String) -> Schema {
        let parts = variants.map { variant in
            let whole = variant.schema()
            let model = whole.definitions.first.map { ($0.name, $0.schema()) } ?? ("", whole)
            let part = "\(name)\(model.0)"
            return (tag: variant.tag, name: part, schema: tagged(model.1, variant.tag, title: part))
        }
        var schema = Schema(
            [
                .init("oneOf", .array(parts.map { ["$ref": .string(Self.reference($0.name))] })),
                .init(
                    "discriminator",
                    [
                        "propertyName": .string(discriminator),
                        "mapping": .object(parts.map { .init($0.tag, .string(Self.reference($0.name))) }),
                    ]),
                .init("title", .string(name)),
            ], of: parts.map { part in .reference(part.name) { part.schema } })
        schema.mistakes += mistakes(parts.map(\.schema))
        return schema
    }

    private static func reference(_ name: String) -> String { "#/components/schemas/\(name)" }

    /// The schema of a model with the discriminator as its first property.
    private func tagged(_ model: Schema, _ tag: String, title: String) -> Schema {
        let property: JSON = ["type": "string", "const": .string(tag), "title": .string(discriminator.titleCased)]
        var schema = model
        schema.keywords.removeAll { ["properties", "required", "title"].contains($0.name) }
        var properties = [JSON.Member(discriminator, property)]
        if case .object(let members)? = model.json["properties"] { properties += members }
        var required: [JSON] = [.string(discriminator)]
        if case .array(let names)? = model.json["required"] { required += names }
        schema.keywords.insert(.init("properties", .object(properties)), at: 0)
        schema.keywords += [.init("required", .array(required)), .init("title", .string(title))]
        return schema
    }

    private func mistakes(_ schemas: [Schema]) -> [String] {
        var mistakes: [String] = []
        for (index, variant) in variants.enumerated() {
            if variants[..<index].contains(where: { $0.tag == variant.tag }) {
                mistakes.append("two variants have the tag \(variant.tag)")
            }
            if variants[..<index].contains(where: { $0.model == variant.model }) {
                mistakes.append(
                    "the variant \(variant.tag) has the same model as another: an answer could not tell them apart")
            }
            if case .object(let members)? = schemas[index].json["properties"],
                members.dropFirst().contains(where: { $0.name == discriminator })
            {
                mistakes.append("the model of the variant \(variant.tag) has the property \(discriminator) itself")
            }
        }
        return mistakes
    }
}

extension JSON {
    /// As Python's `str()` writes it.
    fileprivate var tagText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .number(let value): value.pythonText
        case .string(let text), .brokenString(let text): text
        default: String(decoding: bytes, as: UTF8.self)
        }
    }
}
