/// A response's status code and its reason phrase (RFC 9110, section 15).
///
/// It holds its line as it is sent, so that a status that is made once can be reused at the cost of a copy. Two are equal if
/// their codes are: clients ignore the phrase (RFC 9112, section 4).
public struct Status: Hashable, Sendable, CustomStringConvertible {
    /// From 100 to 599.
    public let code: Int
    private let bytes: [UInt8]
    private let isSendable: Bool

    private static let version: StaticString = "HTTP/1.1 "

    /// Any status, registered or not. A code outside of 200 to 599 cannot be sent.
    public init(_ code: Int, _ reason: String) {
        self.code = code
        bytes = Array("\(Status.version)\(code) \(reason)\r\n".utf8)
        isSendable = (200...599).contains(code) && reason.isFreeOfLineEnds
    }

    /// Compares the codes only.
    public static func == (one: Status, other: Status) -> Bool { one.code == other.code }

    /// Hashes the code only.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    /// Code and reason phrase, such as `404 Not Found`.
    public var description: String {
        String(decoding: bytes[Status.version.utf8CodeUnitCount..<(bytes.count - 2)], as: UTF8.self)
    }

    /// The reason phrase, such as `Not Found`.
    public var reason: String { String(description.drop { $0 != " " }.dropFirst()) }

    /// The status line of a final response, with its CRLF; nil if it would be invalid.
    package var line: [UInt8]? { isSendable ? bytes : nil }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
// Defined by RFC 9110, section 15, and RFC 6585 (429, 431).
extension Status {
    public static let ok = Status(200, "OK")
    public static let created = Status(201, "Created")
    public static let accepted = Status(202, "Accepted")
    public static let noContent = Status(204, "No Content")
    public static let movedPermanently = Status(301, "Moved Permanently")
    public static let found = Status(302, "Found")
    public static let seeOther = Status(303, "See Other")
    public static let notModified = Status(304, "Not Modified")
    public static let temporaryRedirect = Status(307, "Temporary Redirect")
    public static let permanentRedirect = Status(308, "Permanent Redirect")
    public static let badRequest = Status(400, "Bad Request")
    public static let unauthorized = Status(401, "Unauthorized")
    public static let forbidden = Status(403, "Forbidden")
    public static let notFound = Status(404, "Not Found")
    public static let methodNotAllowed = Status(405, "Method Not Allowed")
    public static let notAcceptable = Status(406, "Not Acceptable")
    public static let requestTimeout = Status(408, "Request Timeout")
    public static let conflict = Status(409, "Conflict")
    public static let gone = Status(410, "Gone")
    public static let preconditionFailed = Status(412, "Precondition Failed")
    public static let contentTooLarge = Status(413, "Content Too Large")
    public static let uriTooLong = Status(414, "URI Too Long")
    public static let unsupportedMediaType = Status(415, "Unsupported Media Type")
    public static let unprocessableContent = Status(422, "Unprocessable Content")
    public static let tooManyRequests = Status(429, "Too Many Requests")
    public static let requestHeaderFieldsTooLarge = Status(431, "Request Header Fields Too Large")
    public static let internalServerError = Status(500, "Internal Server Error")
    public static let notImplemented = Status(501, "Not Implemented")
    public static let badGateway = Status(502, "Bad Gateway")
    public static let serviceUnavailable = Status(503, "Service Unavailable")
    public static let gatewayTimeout = Status(504, "Gateway Timeout")
    public static let httpVersionNotSupported = Status(505, "HTTP Version Not Supported")
}
