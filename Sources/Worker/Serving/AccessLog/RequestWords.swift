import Messages

/// What the access log says of a request in the client's own words, safe to print: nothing in it ends a quotation or a
/// line, or speaks to a terminal. A class, because where there is no log its absence must weigh nothing.
final class RequestWords: Sendable {
    /// Bytes that are kept of a request line and of a field. A line of the log stays below the 4096 bytes that a pipe
    /// takes whole (PIPE_BUF), so that the lines of several workers do not mix in one.
    static let mostOfLine = 1800
    static let mostOfField = 1000

    let line: [UInt8]
    /// The Referer and User-Agent fields, each in its quotation marks.
    let fields: [UInt8]

    /// Of a request that was understood.
    init(_ head: RequestHead) {
        line = Self.safe(head.bytes.prefix { $0 != Characters.carriageReturn }, most: Self.mostOfLine)
        var fields: [UInt8] = []
        for name in ["referer", "user-agent"] as [StaticString] {
            if !fields.isEmpty { fields.append(Characters.space) }
            fields.append(UInt8(ascii: "\""))
            if let range = head.firstValue(of: name) {
                fields += Self.safe(head.bytes[range], most: Self.mostOfField)
            } else {
                fields.append(UInt8(ascii: "-"))
            }
            fields.append(UInt8(ascii: "\""))
        }
        self.fields = fields
    }

    /// Of one that was refused before that.
    /// - Parameter line: nil when not even the request line could be read.
    init(line: ArraySlice<UInt8>?) {
        self.line = line.map { Self.safe($0, most: Self.mostOfLine) } ?? [UInt8(ascii: "-")]
        fields = Array(#""-" "-""#.utf8)
    }

    /// Quotation marks, backslashes and all that is not visible ASCII or a space become `\xHH`. What is too long is cut,
    /// and ends with three dots.
    private static func safe(_ bytes: ArraySlice<UInt8>, most: Int) -> [UInt8] {
        var safe: [UInt8] = []
        safe.reserveCapacity(min(bytes.count, most))
        for byte in bytes {
            guard safe.count < most else {
                safe.append("...")
                break
            }
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                safe.append(byte)
            } else {
                safe.append("\\x")
                safe.append(hexadecimal: byte)
            }
        }
        return safe
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal byte: UInt8) {
        for digit in [byte >> 4, byte & 15] {
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
    }
}
