/// Makes the list of a model's properties: one on a line, each type-checked by itself.
@resultBuilder
public enum PropertyBuilder<Model> {
    /// One property.
    @inlinable
    public static func buildExpression<Value>(_ property: Property<Model, Value>) -> Property<Model, Value> {
        property
    }

    /// All of them.
    @inlinable
    public static func buildBlock<each Value>(
        _ properties: repeat Property<Model, each Value>
    ) -> PropertyList<Model, repeat each Value> {
        PropertyList(properties: (repeat each properties))
    }
}

/// What stands between the braces of `Properties(...) { ... }`.
public struct PropertyList<Model, each Value: RequestValue & ResponseValue>: Sendable {
    let properties: (repeat Property<Model, each Value>)

    @usableFromInline
    init(properties: (repeat Property<Model, each Value>)) {
        self.properties = properties
    }
}
