/// A request's method (RFC 9110, section 9). Methods are case-sensitive.
public struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The common ones compare without comparing text.
    private enum Name: Hashable {
        case get, head, post, put, patch, delete, options, connect
        case other(String)
    }

    private let name: Name

    private init(_ name: Name) {
        self.name = name
    }

    /// Any method, registered or not.
    public init(rawValue: String) {
        name =
            switch rawValue {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "PATCH": .patch
            case "DELETE": .delete
            case "OPTIONS": .options
            case "CONNECT": .connect
            default: .other(rawValue)
            }
    }

    /// The method as in the request line.
    public var rawValue: String {
        switch name {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .other(let text): text
        }
    }

    /// Whether the method only retrieves something (RFC 9110, section 9.2.1).
    public var isSafe: Bool {
        switch name {
        case .get, .head, .options: true
        case .other(let text): text == "TRACE"
        default: false
        }
    }

    /// The methods of RFC 9110, section 9, and RFC 5789 that metrics and traces name.
    package static let reportedNames = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"]
    /// What they call any other one (OpenTelemetry's semantic conventions for HTTP): a client can make up as many as it likes.
    package static let otherReportedName = "_OTHER"

    /// The method as metrics and traces name it.
    package var reportedName: String { Self.reportedNames.contains(rawValue) ? rawValue : Self.otherReportedName }

    /// The method as in the request line.
    public var description: String { rawValue }

    // Not that of `RawRepresentable`, which would compare texts.
    /// Whether the methods are the same.
    public static func == (one: Method, other: Method) -> Bool { one.name == other.name }

    /// The same as `== .head`, without a copy.
    package var isHead: Bool {
        if case .head = name { true } else { false }
    }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
// Defined by RFC 9110, section 9.3, and RFC 5789 (PATCH).
extension Method {
    public static var get: Method { Method(.get) }
    public static var head: Method { Method(.head) }
    public static var post: Method { Method(.post) }
    public static var put: Method { Method(.put) }
    public static var patch: Method { Method(.patch) }
    public static var delete: Method { Method(.delete) }
    public static var options: Method { Method(.options) }
    public static var connect: Method { Method(.connect) }
}
