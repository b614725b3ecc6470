/// All properties of a model, and the initialiser that takes them in this order.
public struct Properties<Model, each Value: RequestValue & ResponseValue>: ModelDescription {
    private let make: @Sendable (repeat each Value) -> Model
    private let properties: (repeat Property<Model, each Value>)
    private let frame: ObjectFrame
    private let writers: [@Sendable (Model, inout JSONWriter) -> Void]

    /// - Parameters:
    ///   - make: `Type.init`, or any function.
    ///   - properties: in the order of its parameters.
    public init(
        _ make: @escaping @Sendable (repeat each Value) -> Model, _ properties: repeat Property<Model, each Value>
    ) {
        self.make = make
        self.properties = (repeat each properties)
        var names: [String] = []
        var writers: [@Sendable (Model, inout JSONWriter) -> Void] = []
        for property in repeat each properties {
            names.append(property.name)
            writers.append(property.write)
        }
        frame = ObjectFrame(names: names)
        self.writers = writers
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
        frame.write(to: &writer) { property, writer in writers[property](model, &writer) }
    }
}
