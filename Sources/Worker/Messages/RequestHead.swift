/// The head of a request: its bytes, and the ranges of its parts in them. Copies share one object.
public struct RequestHead: Sendable {
    /// One field line.
    public struct FieldLine: Sendable {
        /// Where the name is.
        public var name: Range<Int>
        /// Where the value is, without the white space around it.
        public var value: Range<Int>

        /// The ranges of one line.
        public init(name: Range<Int>, value: Range<Int>) {
            self.name = name
            self.value = value
        }
    }

    @usableFromInline final class Storage: Sendable {
        @usableFromInline let bytes: [UInt8]
        @usableFromInline let method: Method
        @usableFromInline let path: Range<Int>
        @usableFromInline let query: Range<Int>?
        @usableFromInline let authority: Range<Int>?
        @usableFromInline let fields: [FieldLine]

        init(
            bytes: consuming [UInt8], method: Method, path: Range<Int>, query: Range<Int>?, authority: Range<Int>?,
            fields: consuming [FieldLine]
        ) {
            self.bytes = bytes
            self.method = method
            self.path = path
            self.query = query
            self.authority = authority
            self.fields = fields
        }
    }

    @usableFromInline let storage: Storage

    /// The bytes that the ranges refer to.
    @inlinable public var bytes: [UInt8] { storage.bytes }
    /// The method of the request line.
    @inlinable public var method: Method { storage.method }
    /// The range of the path, from its first slash on; of `*` for OPTIONS of the whole server.
    @inlinable public var path: Range<Int> { storage.path }
    /// The range of what follows the first question mark; nil without one.
    @inlinable public var query: Range<Int>? { storage.query }
    /// The range of host and port as the client sent them (RFC 9110, section 7.2).
    @inlinable public var authority: Range<Int>? { storage.authority }
    /// The field lines, in the order of the request.
    @inlinable public var fields: [FieldLine] { storage.fields }

    /// A head with known ranges, for parsers.
    public init(
        bytes: consuming [UInt8], method: Method, path: Range<Int>, query: Range<Int>?, authority: Range<Int>?,
        fields: consuming [FieldLine]
    ) {
        storage = Storage(
            bytes: bytes, method: method, path: path, query: query, authority: authority, fields: fields)
    }

    /// A head built by hand, for tests.
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
        let authority = zip(fields, lines).first { $0.0.name == "host" }?.1.value
        self.init(bytes: bytes, method: method, path: path, query: query, authority: authority, fields: lines)
    }

    /// The range of the value of the first field with that name.
    /// - Parameter name: in lower case; field names are case-insensitive (RFC 9110, section 5.1).
    public func firstValue(of name: StaticString) -> Range<Int>? {
        fields.first { isName($0.name, name) }?.value
    }

    /// Whether the bytes in that range are that field name, in any case.
    /// - Parameter name: in lower case.
    public func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { isName(range, $0) }
    }

    /// The same, for a name that is not a literal.
    public func isName(_ range: Range<Int>, _ name: String) -> Bool {
        var name = name
        return name.withUTF8 { isName(range, $0) }
    }

    private func isName(_ range: Range<Int>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard range.count == name.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for (offset, index) in range.enumerated() {
                var byte = bytes[index]
                if byte &- UInt8(ascii: "A") < 26 { byte |= 0x20 }
                if byte != name[offset] { return false }
            }
            return true
        }
    }
}
