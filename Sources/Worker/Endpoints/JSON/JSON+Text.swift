extension JSON: CustomStringConvertible {
    /// The value as compact JSON text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads JSON text in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
    ///
    /// Bounds, all CPython's or near it: nested at most 960 deep, whole numbers of at most 4300 digits.
    /// - Throws: at the first fault, in CPython 3.11's words and with its position; NaN and Infinity are faults too.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        guard let text = JSONText.utf8(bytes) else { throw .unreadable("no Unicode text") }
        var parser = JSONParser(text)
        self = try parser.parse()
    }
}
