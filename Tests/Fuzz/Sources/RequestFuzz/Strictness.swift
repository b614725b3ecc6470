/// Why we refuse what llhttp reads: for each reason of ours, which of the two is right, and where it is written.
///
/// A refusal that is not in this table, of a request that NIO reads, is a bug.
enum Strictness: String, CaseIterable {
    /// Ours: `SHOULD respond with 400` to a request line that is not the grammar (RFC 9112, section 3). llhttp takes
    /// more than one space, and any number of empty lines before, where section 2.2 wants one to be ignored.
    case requestLine = "400 Malformed request line"
    /// Ours: a target is visible ASCII of RFC 3986, without a fragment, in origin or absolute form (RFC 9112,
    /// section 3.2), or the asterisk of OPTIONS.
    case target = "400 Malformed target"
    /// Both may: a method that is not implemented (RFC 9110, section 9.1). CONNECT is for proxies, which this is not.
    case connect = "501 CONNECT not implemented"
    /// Ours: the method is a token, and exactly one space follows it (RFC 9112, section 3).
    case method = "400 Malformed method"
    /// Ours: `HTTP/` digit dot digit, and the line ends there (RFC 9112, section 2.3).
    case version = "400 Malformed version"
    /// Both may: a major version that is not 1 (RFC 9110, section 15.6.6). What llhttp calls 2.0 and 0.9 is neither.
    case majorVersion = "505 HTTP version not supported"
    /// Ours: a recipient MAY take a line feed alone (RFC 9112, section 2.2), and two that choose differently see two
    /// different messages.
    case lineFeed = "400 Line feed alone"
    /// Ours: no white space before the colon (RFC 9112, section 5.1), no folding (section 5.2), no name but a token.
    case fieldName = "400 Malformed header field name"
    /// Ours: CR, NUL and other control characters in a value are invalid (RFC 9110, section 5.5).
    case fieldValue = "400 Malformed header field value"
    /// Ours: `MUST respond with 400` without Host, with two or with a bad one (RFC 9112, section 3.2). llhttp does not
    /// look at it.
    case noHost = "400 Host is missing"
    case twoHosts = "400 More than one Host"
    case badHost = "400 Malformed Host"
    /// Ours: even an equal one may be refused (RFC 9110, section 8.6), and is here.
    case lengths = "400 More than one Content-Length"
    case length = "400 Malformed Content-Length"
    /// Ours: a sender MUST NOT send two of what is no list (RFC 9110, section 5.3), and two readers may each take another.
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
    /// Ours: a list of tokens (RFC 9112, section 7); an empty member and a parameter are read differently by others.
    case transferEncoding = "400 Malformed Transfer-Encoding"
    /// Both may: a coding that is not implemented (RFC 9112, section 6.1). llhttp leaves it to its caller.
    case coding = "501 Transfer coding not implemented"
    /// Ours: `MUST respond with 400` when the end cannot be known (RFC 9112, section 6.3).
    case notChunkedLast = "400 Chunked is not the last transfer coding"
    /// Ours: hexadecimal digits at once, and no white space after them (RFC 9112, section 7.1).
    case chunkSize = "400 Malformed chunk size"
    /// Ours: names and values are tokens, a value may be a quoted string (RFC 9112, section 7.1.1). llhttp takes more.
    case chunkExtension = "400 Malformed chunk extension"
    /// Ours: trailers of framing, routing, authentication and content MUST NOT be sent (RFC 9110, section 6.5.1), and one who
    /// merges them reads another request.
    case trailer = "400 Forbidden trailer field"
    /// Ours: `MAY respond with 415` to a content coding that is not taken (RFC 9110, section 8.4).
    case contentCoding = "415 Content coding not supported; send the content as it is"
    /// Ours: CRLF follows the data (RFC 9112, section 7.1).
    case chunkEnd = "400 Chunk longer than its size"
    /// Limits of ours: `a server that receives a request-target longer than any URI it wishes to parse MUST respond
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
