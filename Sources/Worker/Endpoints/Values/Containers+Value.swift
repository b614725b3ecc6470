extension Optional: RequestValue where Wrapped: RequestValue {
    /// What is wrapped is what constraints speak of.
    public typealias Constrained = Wrapped.Constrained

    /// The wrapped type or null.
    public static var schema: Schema { .any(of: [Wrapped.schema, .type("null")]) }

    /// Reads null as nil.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        json == .null ? .some(nil) : Wrapped.read(json, issues: &issues).map(Optional.some)
    }

    /// What is wrapped.
    public var constrained: Wrapped.Constrained? { flatMap(\.constrained) }

    /// As what is wrapped.
    public static var isList: Bool { Wrapped.isList }

    /// It may be left out.
    public static var absent: Self? { .some(nil) }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {}

extension Optional: ResponseConvertible, ResponseValue where Wrapped: ResponseValue {
    /// The wrapped type or null.
    public static var schema: Schema { .any(of: [Wrapped.schema, .type("null")]) }

    /// Writes the value or null.
    public func write(to writer: inout JSONWriter) {
        if let self { self.write(to: &writer) } else { writer.null() }
    }
}

extension Array: RequestValue where Element: RequestValue {
    /// An array.
    public static var schema: Schema { .array(of: Element.schema) }

    /// Reads an array; each issue names its index.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard case .array(let elements) = json else {
            issues.append(Issue("list_type", "Input should be a valid list", input: json))
            return nil
        }
        var values: Self = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let value = issues.below(.index(index), { Element.read(element, issues: &$0) }) { values.append(value) }
            if issues.isFull { return nil }
        }
        return values.count == elements.count ? values : nil
    }

    /// True: each value that was sent is an element.
    public static var isList: Bool { true }
}

extension Array: ParameterValue where Element: ParameterValue {}

extension Array: ResponseConvertible, ResponseValue where Element: ResponseValue {
    /// An array.
    public static var schema: Schema { .array(of: Element.schema) }

    /// Writes an array.
    public func write(to writer: inout JSONWriter) {
        writer.raw("[")
        for (index, element) in enumerated() {
            if index > 0 { writer.raw(",") }
            element.write(to: &writer)
        }
        writer.raw("]")
    }
}
