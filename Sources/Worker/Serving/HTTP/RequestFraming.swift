import Messages

/// Fields of a head that the server looks at when it has the request: most requests have none of them.
struct NotedFields: OptionSet {
    let rawValue: UInt8

    static let requestID = NotedFields(rawValue: 1 << 0)
    static let traceParent = NotedFields(rawValue: 1 << 1)
    /// By which proxies tell about the client.
    static let forwarded = NotedFields(rawValue: 1 << 2)

    static let identity: NotedFields = [.requestID, .traceParent]
}

/// What the field lines of a head say to the server itself: the host, where the content ends, and whether the connection stays.
struct RequestFraming {
    /// How a body ends.
    enum Content: Equatable {
        case sized(Int)
        case chunked
    }

    private enum Coding {
        case none, chunked, unknown
    }

    /// Fields that must not have a second line, or two recipients could see two different requests. (Lists may have several
    /// lines; Host and Content-Length are checked by their values.)
    private struct Singles: OptionSet {
        let rawValue: UInt16

        static let authorization = Singles(rawValue: 1 << 0)
        static let proxyAuthorization = Singles(rawValue: 1 << 1)
        static let contentType = Singles(rawValue: 1 << 2)
        static let contentRange = Singles(rawValue: 1 << 3)
        static let origin = Singles(rawValue: 1 << 4)
        static let range = Singles(rawValue: 1 << 5)
        static let ifRange = Singles(rawValue: 1 << 6)
        static let ifModifiedSince = Singles(rawValue: 1 << 7)
        static let ifUnmodifiedSince = Singles(rawValue: 1 << 8)
        /// The origin of a form is judged by it.
        static let fetchSite = Singles(rawValue: 1 << 9)
    }

    private(set) var host: Range<Int>?
    private(set) var noted: NotedFields = []
    private(set) var expectsContinue = false
    private(set) var closes = false
    private(set) var keepsAlive = false
    private var length: Int?
    private var coding = Coding.none
    private var endsChunked = false
    private var singles: Singles = []
    /// Whether the content has a coding, such as gzip (RFC 9110, section 8.4).
    private var isEncoded = false

    /// Reads a field line.
    /// - Parameter origin: where the head begins. The ranges that are kept count from it.
    mutating func read(
        _ line: RequestHead.FieldLine, in bytes: Span<UInt8>, origin: Int
    ) throws(RequestRejection) {
        let (name, value) = (line.name, line.value)
        switch name.count {
        case 5 where bytes.isWord(name, "range"): try recordSingle(.range, "Range")
        case 6 where bytes.isWord(name, "origin"): try recordSingle(.origin, "Origin")
        case 8 where bytes.isWord(name, "if-range"): try recordSingle(.ifRange, "If-Range")
        case 11 where bytes.isWord(name, "traceparent"): noted.insert(.traceParent)
        case 12 where bytes.isWord(name, "x-request-id"): noted.insert(.requestID)
        case 12 where bytes.isWord(name, "content-type"): try recordSingle(.contentType, "Content-Type")
        case 13 where bytes.isWord(name, "authorization"): try recordSingle(.authorization, "Authorization")
        case 13 where bytes.isWord(name, "content-range"): try recordSingle(.contentRange, "Content-Range")
        case 14 where bytes.isWord(name, "sec-fetch-site"): try recordSingle(.fetchSite, "Sec-Fetch-Site")
        case 17 where bytes.isWord(name, "if-modified-since"): try recordSingle(.ifModifiedSince, "If-Modified-Since")
        case 19 where bytes.isWord(name, "if-unmodified-since"):
            try recordSingle(.ifUnmodifiedSince, "If-Unmodified-Since")
        case 19 where bytes.isWord(name, "proxy-authorization"):
            try recordSingle(.proxyAuthorization, "Proxy-Authorization")
        case 4 where bytes.isWord(name, "host"):
            guard host == nil else { throw .malformed("More than one Host") }
            guard Authority.isValid(value, bytes) else { throw .malformed("Malformed Host") }
            host = value.relative(to: origin)
        case 6 where bytes.isWord(name, "expect"):
            var rest: Range<Int>? = value
            while let item = bytes.takeItem(&rest) {
                if bytes.isWord(item, "100-continue") { expectsContinue = true }
            }
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
            try readTransferCodings(value, bytes)
        case 16 where bytes.isWord(name, "content-encoding"):
            var rest: Range<Int>? = value
            while let item = bytes.takeItem(&rest) {
                if !item.isEmpty, !bytes.isWord(item, "identity") { isEncoded = true }
            }
        case 9 where bytes.isForwardedName(name), 15...18 where bytes.isForwardedName(name):
            noted.insert(.forwarded)
        default: break
        }
    }

    private mutating func recordSingle(_ field: Singles, _ name: StaticString) throws(RequestRejection) {
        guard singles.insert(field).inserted else { throw .malformed("More than one \(name)") }
    }

    /// 100 Continue is sent, or the content is being read.
    mutating func forgetExpectation() {
        expectsContinue = false
    }

    /// To be called after every field line.
    func checkHost(isHTTP10: Bool) throws(RequestRejection) {
        if host == nil, !isHTTP10 { throw .malformed("Host is missing") }
    }

    /// How the body ends (RFC 9112, section 6.3). To be called after every field line.
    func content(isHTTP10: Bool) throws(RequestRejection) -> Content {
        switch coding {
        case .none: return .sized(length ?? 0)
        case .chunked, .unknown:
            if isHTTP10 { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            if length != nil { throw .malformed("Both Transfer-Encoding and Content-Length") }
            // RFC 9112, section 6.3: the end cannot be known, whatever the codings are.
            if !endsChunked { throw .malformed("Chunked is not the last transfer coding") }
            return .chunked
        }
    }

    /// Rejects content in a coding that is not supported. Its end is known.
    func checkCodings(of content: Content) throws(RequestRejection) {
        if coding == .unknown { throw RequestRejection(.notImplemented, "Transfer coding not implemented") }
        if isEncoded, content != .sized(0) { throw .encoded }
    }

    /// Leading zeros are invalid: some implementations would read an octal number.
    private static func length(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) -> Int {
        guard !value.isEmpty, value.count == 1 || bytes[value.lowerBound] != UInt8(ascii: "0") else {
            throw .malformed("Malformed Content-Length")
        }
        var length = 0
        for index in value {
            guard bytes[index].isASCIIDigit else { throw .malformed("Malformed Content-Length") }
            // Beyond every limit already: more digits only make it larger.
            if length < 1 << 56 { length = length * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
        }
        return length
    }

    private mutating func readTransferCodings(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) {
        var rest: Range<Int>? = value
        while let item = bytes.takeItem(&rest) {
            if endsChunked { throw .malformed("Transfer coding after chunked") }
            guard !item.isEmpty else { throw .malformed("Malformed Transfer-Encoding") }
            for index in item where !TokenCharacters.contains(bytes[index]) {
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

extension Span<UInt8> {
    /// Whether it may be a name that `ForwardedHops` reads. Most others differ in the first byte.
    func isForwardedName(_ name: Range<Int>) -> Bool {
        name.count == 9
            ? isWord(name, "forwarded")
            : name.count >= 15 && isWord(name.lowerBound..<name.lowerBound + 12, "x-forwarded-")
    }
}
