/// Writes compact JSON straight into bytes: UTF-8 and slashes as they are, control characters escaped.
///
/// Commas and colons are the caller's: what is written is what stands there.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// A writer that has written nothing.
    public init() {}

    /// - Parameter capacity: bytes to make room for at once.
    public init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes text that is JSON already, such as `{"results":`.
    public mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes that are JSON already.
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

    /// Writes the shortest text that reads as the same number, as Python prints it; null when it is not finite.
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

    /// Writes a string from its UTF-8, which must be valid.
    public mutating func string(utf8 text: some Collection<UInt8>) {
        if text.withContiguousStorageIfAvailable({ string(utf8: $0) }) == nil {
            Array(text).withUnsafeBufferPointer { string(utf8: $0) }
        }
    }

    /// Writes a string from its UTF-8, which must be valid.
    public mutating func string(utf8 text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            bytes.append(contentsOf: text[start..<index])
            escape(byte)
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
        bytes.append(UInt8(ascii: "\""))
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
            bytes.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
        }
    }
}
