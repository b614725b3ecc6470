/// Compares our parser with NIO's (llhttp). Every difference must be a known one, with the RFC section that justifies it.
enum Comparison {
    /// - Returns: nil if the results agree, or differ in a known way.
    static func difference(_ ours: Reading, _ nio: Reading, of bytes: [UInt8]) -> String? {
        for (index, request) in ours.requests.enumerated() {
            guard index < nio.requests.count else {
                guard case .rejected(let error) = nio.ending else {
                    return "we parsed a request where NIO waits for more"
                }
                return Leniency(request, nio: error, in: bytes) == nil ? "NIO rejects a request that we accept" : nil
            }
            guard request.isEqual(to: nio.requests[index]) else { return "NIO parsed a different request" }
            // The connection ends here, so later bytes do not matter.
            if !request.isPersistent || request.asksForUpgrade { return nil }
        }
        switch ours.ending {
        case .waiting:
            return nio.requests.count > ours.requests.count ? "NIO parsed a request where we wait for more" : nil
        case .rejected(let reason):
            if case .rejected = nio.ending, nio.requests.count == ours.requests.count { return nil }
            return Strictness(rawValue: reason) == nil
                ? "NIO accepts a request that we reject for an unknown reason" : nil
        }
    }
}

/// Requests that we accept and NIO rejects, and why we are right to accept them. Any other such request is a bug.
enum Leniency: CaseIterable {
    /// A method is any token; a server that does not know it answers 501 or 405 (RFC 9110, section 9.1). llhttp has a list.
    case unknownMethod
    /// An unknown minor version is read as the highest known one (RFC 9110, section 2.5).
    case laterMinorVersion
    /// The white space around a value is spaces and tabs (RFC 9110, section 5.6.3). llhttp accepts only spaces around
    /// these two values.
    case tabAroundLength, tabAroundCoding
    /// White space is allowed around a chunk extension's name and value, and obs-text in a quoted value (RFC 9112, section
    /// 7.1.1). llhttp accepts neither.
    case chunkExtension

    /// - Parameters:
    ///   - error: NIO's error.
    ///   - bytes: the whole input.
    /// - Returns: nil if the difference is unknown.
    init?(_ request: ReadRequest, nio error: String, in bytes: [UInt8]) {
        let isChunked = request.has("transfer-encoding")
        let holdsTab = bytes.contains(UInt8(ascii: "\t"))
        switch error {
        case "invalid HTTP method": self = .unknownMethod
        case "invalid HTTP version" where request.minor > 1: self = .laterMinorVersion
        case "invalid character in content-length header" where holdsTab && request.has("content-length"):
            self = .tabAroundLength
        // We accept only `chunked`, so the two can differ only about the white space.
        case "unknown (http_parser error)" where isChunked && holdsTab: self = .tabAroundCoding
        case "strict mode assertion" where isChunked && bytes.contains(UInt8(ascii: ";")): self = .chunkExtension
        default: return nil
        }
    }
}

/// Our reasons to reject a request that llhttp accepts: "Ours" means that the RFC agrees with us, "Both may" that it leaves the
/// choice. Any other rejection of a request that NIO accepts is a bug.
enum Strictness: String, CaseIterable {
    /// Ours: `SHOULD respond with 400` to a request line that does not match the grammar (RFC 9112, section 3). llhttp accepts
    /// several spaces, and any number of empty lines before it; section 2.2 allows one.
    case requestLine = "400 Malformed request line"
    /// Ours: a target is visible ASCII of RFC 3986, without a fragment, in origin or absolute form (RFC 9112,
    /// section 3.2), or the asterisk of OPTIONS.
    case target = "400 Malformed target"
    /// Both may: a method that is not implemented (RFC 9110, section 9.1). CONNECT is for proxies.
    case connect = "501 CONNECT not implemented"
    /// Ours: the method is a token, and exactly one space follows it (RFC 9112, section 3).
    case method = "400 Malformed method"
    /// Ours: `HTTP/` digit dot digit, and the line ends there (RFC 9112, section 2.3).
    case version = "400 Malformed version"
    /// Both may: a major version that is not 1 (RFC 9110, section 15.6.6). llhttp accepts 2.0 and 0.9 in this form.
    case majorVersion = "505 HTTP version not supported"
    /// Ours: a recipient MAY accept a line feed alone (RFC 9112, section 2.2), but two that choose differently read
    /// different messages.
    case lineFeed = "400 Line feed alone"
    /// Ours: no white space before the colon (RFC 9112, section 5.1), no folding (section 5.2), and a name is a token.
    case fieldName = "400 Malformed header field name"
    /// Ours: CR, NUL and other control characters in a value are invalid (RFC 9110, section 5.5).
    case fieldValue = "400 Malformed header field value"
    /// Ours: `MUST respond with 400` without Host, with two, or with an invalid one (RFC 9112, section 3.2). llhttp
    /// does not check it.
    case noHost = "400 Host is missing"
    case twoHosts = "400 More than one Host"
    case badHost = "400 Malformed Host"
    /// Ours: a second one may be rejected even if it is equal (RFC 9110, section 8.6).
    case lengths = "400 More than one Content-Length"
    case length = "400 Malformed Content-Length"
    /// Ours: a sender MUST NOT send two unless the field is a list (RFC 9110, section 5.3); two recipients may each use another.
    case authorizations = "400 More than one Authorization"
    case proxyAuthorizations = "400 More than one Proxy-Authorization"
    case contentTypes = "400 More than one Content-Type"
    case contentRanges = "400 More than one Content-Range"
    case origins = "400 More than one Origin"
    case ranges = "400 More than one Range"
    case ifRanges = "400 More than one If-Range"
    case ifModifiedSinces = "400 More than one If-Modified-Since"
    case ifUnmodifiedSinces = "400 More than one If-Unmodified-Since"
    /// Ours: `ought to be handled as an error` (RFC 9112, section 6.3).
    case bothLengths = "400 Both Transfer-Encoding and Content-Length"
    /// Ours: MUST be treated as if the framing was faulty (RFC 9112, section 6.1).
    case oldTransferEncoding = "400 Transfer-Encoding in HTTP/1.0"
    /// Ours: chunked is the last coding and applied once (RFC 9112, section 6.1).
    case afterChunked = "400 Transfer coding after chunked"
    /// Ours: a list of tokens (RFC 9112, section 7); parsers disagree about empty members and parameters.
    case transferEncoding = "400 Malformed Transfer-Encoding"
    /// Both may: a coding that is not implemented (RFC 9112, section 6.1). llhttp leaves this to its caller.
    case coding = "501 Transfer coding not implemented"
    /// Ours: `MUST respond with 400` when the end cannot be known (RFC 9112, section 6.3).
    case notChunkedLast = "400 Chunked is not the last transfer coding"
    /// Ours: hexadecimal digits without white space before or after (RFC 9112, section 7.1).
    case chunkSize = "400 Malformed chunk size"
    /// Ours: names and values are tokens, a value may be a quoted string (RFC 9112, section 7.1.1). llhttp accepts more.
    case chunkExtension = "400 Malformed chunk extension"
    /// Ours: trailers of framing, routing, authentication and content MUST NOT be sent (RFC 9110, section 6.5.1): a
    /// recipient that merges them reads another request.
    case trailer = "400 Forbidden trailer field"
    /// Ours: `MAY respond with 415` to an unsupported content coding (RFC 9110, section 8.4).
    case contentCoding = "415 Content coding not supported; send the content as it is"
    /// Ours: CRLF follows the data (RFC 9112, section 7.1).
    case chunkEnd = "400 Chunk longer than its size"
    /// Our limits: `a server that receives a request-target longer than any URI it wishes to parse MUST respond
    /// with 414` (RFC 9112, section 3), 431 (RFC 6585), 413 (RFC 9110, section 15.5.14), and for chunk extensions
    /// RFC 9112, section 7.1.1.
    case requestLineLimit = "414 Request line too long"
    case fieldLimit = "431 Header field too large"
    case fieldsLimit = "431 Too many header fields"
    case headLimit = "431 Header section too large"
    case bodyLimit = "413 Content too large"
    case chunkLineLimit = "400 Chunk size line too long"
    case extensionsLimit = "400 Too many chunk extensions"
}
