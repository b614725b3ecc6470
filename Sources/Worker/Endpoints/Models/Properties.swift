/// The properties of a model, and the initializer that takes their values in the same order.
public struct Properties<Model, each Value: RequestValue & ResponseValue>: ModelDescription {
    private let make: @Sendable (repeat each Value) -> Model
    private let properties: (repeat Property<Model, each Value>)
    private let template: JSONObjectTemplate
    private let writers: [@Sendable (Model, inout JSONWriter) -> Void]
    /// Whether each property is written; nil if all of them always are.
    private let filters: [(@Sendable (Model) -> Bool)?]?

    /// - Parameters:
    ///   - make: `Type.init`, or any function. If requests send the model, it is also called at start, with valid values, to
    ///     find properties that are in another order than its parameters.
    ///   - properties: in the order of the parameters of `make`.
    public init(
        _ make: @escaping @Sendable (repeat each Value) -> Model,
        @PropertyBuilder<Model> _ properties: () -> PropertyList<Model, repeat each Value>
    ) {
        self.init(typed: make, properties)
    }

    /// The same, for a declaration with an explicit type, as `@Model` writes it. The compiler need not infer the type of each
    /// optional; inferring doubles its time for each optional once a line has an error.
    public init(
        typed make: @escaping @Sendable (repeat each Value) -> Model,
        @PropertyBuilder<Model> _ properties: () -> PropertyList<Model, repeat each Value>
    ) {
        self.make = make
        self.properties = properties().properties
        var names: [String] = []
        var writers: [@Sendable (Model, inout JSONWriter) -> Void] = []
        var filters: [(@Sendable (Model) -> Bool)?] = []
        for property in repeat each self.properties {
            names.append(property.name)
            writers.append(property.write)
            filters.append(property.isWritten)
        }
        template = JSONObjectTemplate(names: names)
        self.writers = writers
        self.filters = filters.contains { $0 != nil } ? filters : nil
    }

    /// Gives the compiler a clear message when the properties do not match the parameters of the initializer.
    @available(
        *, unavailable,
        message: "the properties must be the initializer's parameters: as many, in their order, with their types"
    )
    public init<each Parameter>(
        _ make: @escaping @Sendable (repeat each Parameter) -> Model,
        @PropertyBuilder<Model> _ properties: () -> PropertyList<Model, repeat each Value>
    ) {
        fatalError("unavailable")
    }

    /// The schemas, in order.
    public var schemas: [PropertySchema] {
        var schemas: [PropertySchema] = []
        for property in repeat each properties { schemas.append(property.schema) }
        return schemas
    }

    /// Reads all properties, so that all issues are found at once.
    public func read(_ object: JSON, issues: inout [Issue]) -> Model? {
        let known = issues.count
        let values = (repeat (each properties).read(object, issues: &issues))
        guard issues.count == known else { return nil }
        return try? make(repeat (each values).unwrapped())
    }

    /// Writes the properties in order.
    public func write(_ model: Model, to writer: inout JSONWriter) {
        guard let filters else {
            return template.write(to: &writer) { property, writer in writers[property](model, &writer) }
        }
        template.write(to: &writer, where: { filters[$0]?(model) ?? true }) { property, writer in
            writers[property](model, &writer)
        }
    }
}

// The check at start.
extension Properties {
    /// The check of the declaration at start.
    public var check: ModelCheck {
        ModelCheck(samples: { samples(depth: $0) }, misplaced: { misplaced })
    }

    /// Two valid objects that differ in all properties if possible; fewer if no more were found.
    private func samples(depth: Int) -> [JSON] {
        var objects: (first: [JSON.Member], second: [JSON.Member]) = ([], [])
        var isComplete = true
        for property in repeat each properties {
            let samples = property.samples(depth: depth)
            guard let sample = samples.first else {
                isComplete = isComplete && !property.schema.isRequired
                continue
            }
            objects.first.append(.init(property.name, sample.json))
            objects.second.append(.init(property.name, samples[samples.count - 1].json))
        }
        guard isComplete else { return [] }
        return [.object(objects.first)] + (objects.first == objects.second ? [] : [.object(objects.second)])
    }

    /// The names of properties that have each other's values; empty if there are none, or if a property has no sample.
    private var misplaced: [String] {
        var names: [String] = []
        for property in repeat each properties { names.append(property.name) }
        var order = PropertyOrder(names: names)
        guard !order.models.isEmpty else { return [] }
        let samples = (repeat (each properties).values())
        for model in order.models {
            var index = 0
            let values = (repeat order.choose(from: (each samples), at: &index, model: model))
            guard let made = try? make(repeat (each values).unwrapped()) else { return [] }
            for index in writers.indices {
                var value = JSONWriter()
                writers[index](made, &value)
                order.record(value.bytes, at: index)
            }
        }
        return order.misplaced
    }
}

/// Builds the list of properties. Each line is type-checked by itself.
@resultBuilder
public enum PropertyBuilder<Model> {
    /// A property.
    @inlinable
    public static func buildExpression<Value>(_ property: Property<Model, Value>) -> Property<Model, Value> {
        property
    }

    /// The list of all properties.
    @inlinable
    public static func buildBlock<each Value>(
        _ properties: repeat Property<Model, each Value>
    ) -> PropertyList<Model, repeat each Value> {
        PropertyList(properties: (repeat each properties))
    }
}

/// The result of the block in `Properties(...) { ... }`.
public struct PropertyList<Model, each Value: RequestValue & ResponseValue>: Sendable {
    let properties: (repeat Property<Model, each Value>)

    @usableFromInline
    init(properties: (repeat Property<Model, each Value>)) {
        self.properties = properties
    }
}
