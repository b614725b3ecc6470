import Messages

/// What the access log quotes of a request, safe to print: nothing in it ends a quotation or a line, or controls a terminal.
/// A class, because its absence must weigh nothing where there is no log.
final class AccessLogFields: Sendable {
    /// Bytes that are kept of a request line and of a field. A line of the log stays below the 4096 bytes that a pipe takes
    /// whole (PIPE_BUF), so that the lines of several workers do not mix.
    static let maxLineBytes = 1800
    static let maxFieldBytes = 1000

    let line: [UInt8]
    /// The Referer and User-Agent fields, each in quotation marks.
    let fields: [UInt8]
    /// The head, if proxies have told about the client in it.
    let forwardedHead: RequestHead?

    /// Of a request that was parsed.
    init(_ head: RequestHead) {
        forwardedHead = ForwardedHops.mayBe(in: head) ? head : nil
        line = Self.safe(head.bytes.prefix { $0 != ASCII.carriageReturn }, most: Self.maxLineBytes)
        var fields: [UInt8] = []
        for name in ["referer", "user-agent"] as [StaticString] {
            if !fields.isEmpty { fields.append(ASCII.space) }
            fields.append(UInt8(ascii: "\""))
            if let range = head.firstValue(of: name) {
                fields += Self.safe(head.bytes[range], most: Self.maxFieldBytes)
            } else {
                fields.append(UInt8(ascii: "-"))
            }
            fields.append(UInt8(ascii: "\""))
        }
        self.fields = fields
    }

    /// Of a request that was rejected before.
    /// - Parameter line: nil when not even the request line could be parsed.
    init(line: ArraySlice<UInt8>?) {
        forwardedHead = nil
        self.line = line.map { Self.safe($0, most: Self.maxLineBytes) } ?? [UInt8(ascii: "-")]
        fields = Array(#""-" "-""#.utf8)
    }

    /// Quotation marks, backslashes, and all that is not visible ASCII or a space become `\xHH`. What is too long is cut, and
    /// ends with three dots.
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
                safe.append(.hexadecimalDigit(byte >> 4, uppercase: true))
                safe.append(.hexadecimalDigit(byte & 15, uppercase: true))
            }
        }
        return safe
    }
}

/// A line of the access log: the combined log format of Apache and nginx, and the seconds that the response took:
/// `127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 123 "-" "curl/8.1" 0.000412`, and ` aborted` when the
/// connection ended before the whole response was sent.
enum AccessLogLine {
    /// - Parameters:
    ///   - peer: the client's address; empty for a unix socket.
    ///   - date: as `DateFormat.accessLog`.
    static func append(
        _ response: ResponseMetrics, _ fields: AccessLogFields, peer: String, at date: [UInt8], to output: inout [UInt8]
    ) {
        if peer.isEmpty { output.append(UInt8(ascii: "-")) } else { output.append(contentsOf: peer.utf8) }
        output.append(" - - [")
        output.append(contentsOf: date)
        output.append("] \"")
        output.append(contentsOf: fields.line)
        output.append("\" ")
        output.append(decimal: response.status)
        output.append(ASCII.space)
        output.append(decimal: response.size)
        output.append(ASCII.space)
        output.append(contentsOf: fields.fields)
        output.append(ASCII.space)
        output.append(microseconds: response.latency / 1000)
        if response.isAborted { output.append(" aborted") }
        output.append(ASCII.lineFeed)
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(decimal number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        append(digits: number, from: divisor)
    }

    /// Seconds with six decimals.
    mutating func append(microseconds: UInt64) {
        append(decimal: Int(microseconds / 1_000_000))
        append(UInt8(ascii: "."))
        append(digits: Int(microseconds % 1_000_000), from: 100_000)
    }

    private mutating func append(digits number: Int, from divisor: Int) {
        var divisor = divisor
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
