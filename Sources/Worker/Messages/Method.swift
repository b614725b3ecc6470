/// A request's method (RFC 9110, section 9). Methods are case-sensitive.
public struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// As it stands in the request line.
    public let rawValue: String

    /// Any method, known or not.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Whether it asks for nothing but an answer (RFC 9110, section 9.2.1).
    public var isSafe: Bool { self == .get || self == .head || self == .options || rawValue == "TRACE" }

    /// The method's name.
    public var description: String { rawValue }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
// Each is what RFC 9110, section 9.3, and RFC 5789 (PATCH) say of it.
extension Method {
    public static let get = Method(rawValue: "GET")
    public static let head = Method(rawValue: "HEAD")
    public static let post = Method(rawValue: "POST")
    public static let put = Method(rawValue: "PUT")
    public static let patch = Method(rawValue: "PATCH")
    public static let delete = Method(rawValue: "DELETE")
    public static let options = Method(rawValue: "OPTIONS")
}
