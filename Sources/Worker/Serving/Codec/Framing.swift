import Messages

/// What the field lines of a head say to the server itself: whose request it is, where it ends, and what comes after.
struct Framing {
    /// How a body ends.
    enum Content: Equatable {
        case sized(Int)
        case chunked
    }

    private enum Coding {
        case none, chunked, unknown
    }

    private(set) var host: Range<Int>?
    private(set) var forwardedScheme: Range<Int>?
    private(set) var expectsContinue = false
    private(set) var closes = false
    private(set) var keepsAlive = false
    private var length: Int?
    private var coding = Coding.none
    private var endsChunked = false

    /// Takes note of a field line.
    /// - Parameter origin: where the head begins, from which the places that are kept count.
    mutating func note(
        _ line: RequestHead.FieldLine, in bytes: Span<UInt8>, origin: Int
    ) throws(Refusal) {
        let (name, value) = (line.name, line.value)
        switch name.count {
        case 4 where bytes.isWord(name, "host"):
            guard host == nil else { throw .malformed("More than one Host") }
            guard Authority.isValid(value, bytes) else { throw .malformed("Malformed Host") }
            host = value.shifted(by: origin)
        case 6 where bytes.isWord(name, "expect"):
            if bytes.isWord(value, "100-continue") { expectsContinue = true }
        case 10 where bytes.isWord(name, "connection"):
            var rest: Range<Int>? = value
            while let item = bytes.takeItem(&rest) {
                if bytes.isWord(item, "close") { closes = true }
                if bytes.isWord(item, "keep-alive") { keepsAlive = true }
            }
        case 14 where bytes.isWord(name, "content-length"):
            // Even a repeated equal one, or a list of equal ones: RFC 9110, section 8.6, lets a server refuse it.
            guard length == nil else { throw .malformed("More than one Content-Length") }
            length = try Self.length(value, bytes)
        case 17 where bytes.isWord(name, "transfer-encoding"):
            try note(transferCodings: value, bytes)
        case 17 where bytes.isWord(name, "x-forwarded-proto"):
            forwardedScheme = forwardedScheme ?? value.shifted(by: origin)
        default: break
        }
    }

    /// The client has been told to continue.
    mutating func forgetExpectation() {
        expectsContinue = false
    }

    /// How the body ends, once every field line is known (RFC 9112, section 6.3).
    func content(isOld: Bool, limit: Int) throws(Refusal) -> Content {
        if host == nil, !isOld { throw .malformed("Host is missing") }
        switch coding {
        case .none:
            let length = length ?? 0
            guard length <= limit else { throw .bodyTooLarge }
            return .sized(length)
        case .chunked, .unknown:
            if isOld { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            if length != nil { throw .malformed("Both Transfer-Encoding and Content-Length") }
            // RFC 9112, section 6.3: where it ends cannot be known, whatever the codings are.
            if !endsChunked { throw .malformed("Chunked is not the last transfer coding") }
            if coding == .unknown { throw Refusal(.notImplemented, "Transfer coding not implemented") }
            return .chunked
        }
    }

    private static func length(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) -> Int {
        guard !value.isEmpty else { throw .malformed("Malformed Content-Length") }
        var length = 0
        for index in value {
            guard Characters.isDigit(bytes[index]) else { throw .malformed("Malformed Content-Length") }
            // Past every limit already: more digits only make it larger.
            if length < 1 << 56 { length = length * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
        }
        return length
    }

    private mutating func note(transferCodings value: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) {
        var rest: Range<Int>? = value
        while let item = bytes.takeItem(&rest) {
            if endsChunked { throw .malformed("Transfer coding after chunked") }
            guard !item.isEmpty else { throw .malformed("Malformed Transfer-Encoding") }
            for index in item where !Token.holds(bytes[index]) {
                throw .malformed("Malformed Transfer-Encoding")
            }
            if bytes.isWord(item, "chunked") {
                if coding == .none { coding = .chunked }
                endsChunked = true
            } else {
                coding = .unknown
            }
        }
    }
}
