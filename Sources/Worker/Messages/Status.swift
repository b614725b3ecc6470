/// A response's status code and its reason phrase (RFC 9110, section 15).
///
/// It holds its line as it goes out, so that one that is made once costs an answer no more than a copy.
public struct Status: Hashable, Sendable, CustomStringConvertible {
    /// From 100 to 599.
    public let code: Int
    private let bytes: [UInt8]
    private let isSendable: Bool

    private static let version: StaticString = "HTTP/1.1 "

    /// Any status, known or not.
    public init(_ code: Int, _ reason: String) {
        self.code = code
        bytes = Array("\(Status.version)\(code) \(reason)\r\n".utf8)
        isSendable = (200...599).contains(code) && reason.isFreeOfLineEnds
    }

    /// Code and reason phrase, as the status line has them.
    public var description: String {
        String(decoding: bytes[Status.version.utf8CodeUnitCount..<(bytes.count - 2)], as: UTF8.self)
    }

    /// The reason phrase, for people.
    public var reason: String { String(description.drop { $0 != " " }.dropFirst()) }

    /// The status line of a final answer, with its CRLF; nil for what cannot be one.
    package var line: [UInt8]? { isSendable ? bytes : nil }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
// Each is what RFC 9110, section 15, and RFC 6585 (431) say of it.
extension Status {
    public static let ok = Status(200, "OK")
    public static let created = Status(201, "Created")
    public static let noContent = Status(204, "No Content")
    public static let seeOther = Status(303, "See Other")
    public static let temporaryRedirect = Status(307, "Temporary Redirect")
    public static let badRequest = Status(400, "Bad Request")
    public static let unauthorized = Status(401, "Unauthorized")
    public static let forbidden = Status(403, "Forbidden")
    public static let notFound = Status(404, "Not Found")
    public static let methodNotAllowed = Status(405, "Method Not Allowed")
    public static let requestTimeout = Status(408, "Request Timeout")
    public static let contentTooLarge = Status(413, "Content Too Large")
    public static let uriTooLong = Status(414, "URI Too Long")
    public static let unprocessableContent = Status(422, "Unprocessable Content")
    public static let requestHeaderFieldsTooLarge = Status(431, "Request Header Fields Too Large")
    public static let internalServerError = Status(500, "Internal Server Error")
    public static let notImplemented = Status(501, "Not Implemented")
    public static let badGateway = Status(502, "Bad Gateway")
    public static let serviceUnavailable = Status(503, "Service Unavailable")
    public static let gatewayTimeout = Status(504, "Gateway Timeout")
    public static let httpVersionNotSupported = Status(505, "HTTP Version Not Supported")
}
