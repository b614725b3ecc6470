/// Why a text is no http or https URL.
public struct WebURLError: Error, Hashable, Sendable {
    /// What is wrong. More may be added.
    public struct Code: Hashable, Sendable {
        let message: String

        /// There is no text.
        public static let emptyInput = Code(message: "input is empty")
        /// There is no scheme, and no page that the text could be relative to.
        public static let relativeWithoutBase = Code(message: "relative URL without a base")
        /// The scheme needs a host, or a user or a port stands where none is.
        public static let emptyHost = Code(message: "empty host")
        /// The port is no number, or above 65535.
        public static let invalidPort = Code(message: "invalid port number")
        /// The host ends in a number, and is no IPv4 address.
        public static let invalidIPv4Address = Code(message: "invalid IPv4 address")
        /// The host starts with a bracket, and is no IPv6 address.
        public static let invalidIPv6Address = Code(message: "invalid IPv6 address")
        /// The host is no name by UTS 46, or has a character that no host may have.
        public static let invalidDomainName = Code(message: "invalid international domain name")
        /// The host of a URL of a scheme unknown to the Standard has a character that no host may have.
        public static let invalidDomainCharacter = Code(message: "invalid domain character")
        /// The URL is sound, but its scheme is neither http nor https.
        public static let otherScheme = Code(message: "URL scheme should be 'http' or 'https'")
    }

    /// The reason, for programs.
    public let code: Code

    /// The reason in words, in lower case, to follow "Input should be a valid URL, "; for `otherScheme` a whole sentence.
    public var message: String { code.message }

    /// An error for that reason.
    public init(_ code: Code) {
        self.code = code
    }
}

extension WebURLError: CustomStringConvertible {
    /// The same as `message`.
    public var description: String { message }
}
