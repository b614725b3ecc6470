/// Why NIO refuses what we read: for each reason, why we are right to read it.
///
/// A request that we read and NIO refuses for another reason is a bug.
enum Leniency: CaseIterable {
    /// Methods are any token, and who does not know one answers 501 or 405 (RFC 9110, section 9.1). llhttp has a list.
    case unknownMethod
    /// A minor version that is not known is read as the highest that is (RFC 9110, section 2.5).
    case laterMinorVersion
    /// The white space around a value is spaces and tabs (RFC 9110, section 5.6.3). llhttp takes only spaces around these
    /// two.
    case tabAroundLength, tabAroundCoding
    /// White space is allowed around a chunk extension's name and value, and obs-text in a quoted value (RFC 9112, section
    /// 7.1.1). llhttp takes neither.
    case chunkExtension

    /// The reason of a difference, if it is a known one.
    /// - Parameters:
    ///   - error: NIO's.
    ///   - bytes: the whole input.
    init?(_ request: ReadRequest, nio error: String, in bytes: [UInt8]) {
        let isChunked = request.has("transfer-encoding")
        let holdsTab = bytes.contains(UInt8(ascii: "\t"))
        switch error {
        case "invalid HTTP method": self = .unknownMethod
        case "invalid HTTP version" where request.minor > 1: self = .laterMinorVersion
        case "invalid character in content-length header" where holdsTab && request.has("content-length"):
            self = .tabAroundLength
        // Of the request's own coding nothing but the white space can be in doubt: what we read is `chunked`.
        case "unknown (http_parser error)" where isChunked && holdsTab: self = .tabAroundCoding
        case "strict mode assertion" where isChunked && bytes.contains(UInt8(ascii: ";")): self = .chunkExtension
        default: return nil
        }
    }
}
