import Brigade

extension EncodedJSON {
    /// The JSON of a value, as the value itself writes it.
    init(_ value: Value) {
        var writer = JSONWriter()
        value.write(to: &writer)
        self.init(writer)
    }
}
