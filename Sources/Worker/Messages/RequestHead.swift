/// The head of a request: its bytes, and where in them its parts stand.
public struct RequestHead: Sendable {
    /// One field line.
    public struct FieldLine: Sendable {
        /// Of the name.
        public var name: Range<Int>
        /// Of the value, the white space around it removed.
        public var value: Range<Int>

        /// Where one line's parts stand.
        public init(name: Range<Int>, value: Range<Int>) {
            self.name = name
            self.value = value
        }
    }

    /// The bytes that the slices refer to.
    public var bytes: [UInt8]
    /// As it stands in the request line.
    public var method: Method
    /// Of the path, from its first slash on.
    public var path: Range<Int>
    /// Of what follows the first question mark.
    public var query: Range<Int>?
    /// The field lines, in order.
    public var fields: [FieldLine]

    /// A head that somebody else has cut.
    public init(bytes: [UInt8], method: Method, path: Range<Int>, query: Range<Int>?, fields: [FieldLine]) {
        self.bytes = bytes
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
    }

    /// A head by its parts.
    public init(_ method: Method, _ target: String, fields: [Field] = []) {
        var bytes = Array(target.utf8)
        let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
        let path = 0..<(mark ?? bytes.count)
        let query = mark.map { ($0 + 1)..<bytes.count }
        let lines = fields.map { field in
            let start = bytes.count
            bytes += field.name.utf8
            let middle = bytes.count
            bytes += field.value.utf8
            return FieldLine(name: start..<middle, value: middle..<bytes.count)
        }
        self.init(bytes: bytes, method: method, path: path, query: query, fields: lines)
    }

    /// Where the value of the first field of that name stands.
    /// - Parameter name: in lower case; names are compared without regard to case (RFC 9110, section 5.1).
    public func firstValue(of name: StaticString) -> Range<Int>? {
        fields.first { isName($0.name, name) }?.value
    }

    /// Whether the bytes are that name, in any case.
    public func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for (offset, index) in range.enumerated() {
                var byte = bytes[index]
                if byte &- UInt8(ascii: "A") < 26 { byte |= 0x20 }
                if byte != name.utf8Start[offset] { return false }
            }
            return true
        }
    }
}
