import Messages

/// Writes compact JSON as UTF-8. Only control characters, quotes and backslashes are escaped.
///
/// The caller writes braces, brackets, commas and colons with `raw`.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Creates a writer.
    public init() {}

    /// - Parameter capacity: bytes to allocate at once.
    public init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes text as it is, such as `{"results":`.
    public mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes as they are.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        bytes.append(contentsOf: json)
    }

    /// Writes null.
    public mutating func null() {
        raw("null")
    }

    /// Writes true or false.
    public mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes an integer.
    public mutating func integer(_ value: Int) {
        guard value < 0 || value > 9 else { return bytes.append(UInt8(ascii: "0") + UInt8(value)) }
        raw(String(value).utf8)
    }

    /// Writes the shortest text that parses as the same number, in Python's form; null if it is not finite.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        raw(value.pythonText.utf8)
    }

    /// Writes a string with its quotes.
    public mutating func string(_ text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ string(utf8: $0) }) == nil {
            string(utf8: Array(text.utf8))
        }
    }

    /// Writes a string. The bytes must be valid UTF-8.
    public mutating func string(utf8 text: some Collection<UInt8>) {
        if text.withContiguousStorageIfAvailable({ string(utf8: $0) }) == nil {
            Array(text).withUnsafeBufferPointer { string(utf8: $0) }
        }
    }

    /// Writes a string. The bytes must be valid UTF-8.
    public mutating func string(utf8 text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let end = text.firstEscaped(from: start)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
            if end == text.count { break }
            escape(text[end])
            start = end + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string from UTF-8. U+FFFD replaces what is not valid.
    public mutating func string(decoding text: UnsafeBufferPointer<UInt8>) {
        if text.isASCII { string(utf8: text) } else { string(String(decoding: text, as: UTF8.self)) }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        default:
            raw(byte < 0x10 ? "\\u000" : "\\u001")
            bytes.append(.hexadecimalDigit(byte & 0x0F))
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The index of the next byte that JSON strings must escape; `count` if there is none.
    fileprivate func firstEscaped(from start: Int) -> Int {
        var index = start
        while count - index >= 8, !eightBytes(at: index).mayHoldEscaped { index += 8 }
        while index < count, self[index] >= 0x20, self[index] != 0x22, self[index] != 0x5C { index += 1 }
        return index
    }

    fileprivate var isASCII: Bool {
        var index = 0
        while count - index >= 8 {
            if eightBytes(at: index) & UInt64(bytes: 0x80) != 0 { return false }
            index += 8
        }
        while index < count, self[index] < 0x80 { index += 1 }
        return index == count
    }

    private func eightBytes(at index: Int) -> UInt64 {
        UnsafeRawBufferPointer(self).loadUnaligned(fromByteOffset: index, as: UInt64.self)
    }
}

// Eight bytes at once. Subtracting one from each byte sets the highest bit of those that are zero, and only of those if the
// bit was not set before. A borrow may set it in a byte above a zero too, which does not change whether there is one.
extension UInt64 {
    fileprivate init(bytes byte: UInt8) {
        self = UInt64(byte) &* 0x0101_0101_0101_0101
    }

    /// Whether one of the bytes is a control character, a quote or a backslash.
    fileprivate var mayHoldEscaped: Bool {
        let control = (self &- UInt64(bytes: 0x20)) & ~self
        return (control | zeros(xor: 0x22) | zeros(xor: 0x5C)) & UInt64(bytes: 0x80) != 0
    }

    private func zeros(xor byte: UInt8) -> UInt64 {
        let bytes = self ^ UInt64(bytes: byte)
        return (bytes &- UInt64(bytes: 1)) & ~bytes
    }
}
