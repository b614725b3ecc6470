/// All properties of a model, and the initialiser that takes them in this order.
public struct Properties<Model, each Value: RequestValue & ResponseValue>: ModelDescription {
    private let make: @Sendable (repeat each Value) -> Model
    private let properties: (repeat Property<Model, each Value>)
    private let frame: ObjectFrame
    private let writers: [@Sendable (Model, inout JSONWriter) -> Void]
    /// Whether each is written; nil when all of them always are.
    private let filters: [(@Sendable (Model) -> Bool)?]?

    /// - Parameters:
    ///   - make: `Type.init`, or any function. It is also called at start, to find properties that stand in another order
    ///     than its parameters, when the model is one that requests send: with values that keep the rules, as a request
    ///     may send them.
    ///   - properties: in the order of its parameters.
    public init(
        _ make: @escaping @Sendable (repeat each Value) -> Model,
        @PropertyBuilder<Model> _ properties: () -> PropertyList<Model, repeat each Value>
    ) {
        self.init(typed: make, properties)
    }

    /// The same where the declaration says its whole type, as `@Model` writes it: the compiler then need not find out what
    /// each optional stands for, which takes it twice as long for each of them once a line is wrong.
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
        frame = ObjectFrame(names: names)
        self.writers = writers
        self.filters = filters.contains { $0 != nil } ? filters : nil
    }

    /// Tells the author that the properties are not the initialiser's parameters; the compiler's own words do not.
    @available(
        *, unavailable,
        message: "the properties must be the initialiser's parameters: as many, in their order, with their types"
    )
    public init<each Parameter>(
        _ make: @escaping @Sendable (repeat each Parameter) -> Model,
        @PropertyBuilder<Model> _ properties: () -> PropertyList<Model, repeat each Value>
    ) {
        fatalError("unavailable")
    }

    /// What the document says of each.
    public var schemas: [PropertySchema] {
        var schemas: [PropertySchema] = []
        for property in repeat each properties { schemas.append(property.schema) }
        return schemas
    }

    /// Reads each, so that all issues are found at once.
    public func read(_ object: JSON, issues: inout [Issue]) -> Model? {
        let known = issues.count
        let values = (repeat (each properties).read(object, issues: &issues))
        guard issues.count == known else { return nil }
        return try? make(repeat (each values).present())
    }

    /// Writes each in turn.
    public func write(_ model: Model, to writer: inout JSONWriter) {
        guard let filters else {
            return frame.write(to: &writer) { property, writer in writers[property](model, &writer) }
        }
        frame.write(to: &writer, where: { filters[$0]?(model) ?? true }) { property, writer in
            writers[property](model, &writer)
        }
    }
}

// What looks for mistakes at start.
extension Properties {
    /// Tries the properties out.
    public var trial: ModelTrial {
        ModelTrial(samples: { samples(depth: $0) }, misplaced: { misplaced })
    }

    /// Two objects that can be read and differ as much as they can; fewer when no more were found.
    private func samples(depth: Int) -> [JSON] {
        var objects: (first: [JSON.Member], second: [JSON.Member]) = ([], [])
        var isWhole = true
        for property in repeat each properties {
            let samples = property.samples(depth: depth)
            guard let sample = samples.first else {
                isWhole = isWhole && !property.schema.isRequired
                continue
            }
            objects.first.append(.init(property.name, sample.json))
            objects.second.append(.init(property.name, samples[samples.count - 1].json))
        }
        guard isWhole else { return [] }
        return [.object(objects.first)] + (objects.first == objects.second ? [] : [.object(objects.second)])
    }

    /// The names of properties that have each other's values in models that are made; empty when all is well, and when
    /// there is one of which no value was found.
    private var misplaced: [String] {
        var names: [String] = []
        for property in repeat each properties { names.append(property.name) }
        var order = PropertyOrder(names: names)
        guard !order.models.isEmpty else { return [] }
        let samples = (repeat (each properties).values())
        for model in order.models {
            var position = 0
            let values = (repeat order.take((each samples), &position, in: model))
            guard let made = try? make(repeat (each values).present()) else { return [] }
            for position in writers.indices {
                var read = JSONWriter()
                writers[position](made, &read)
                order.got(read.bytes, at: position)
            }
        }
        return order.misplaced
    }
}
