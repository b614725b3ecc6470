/// An absolute http or https URL, parsed and normalised as the WHATWG URL Standard says.
///
/// Parsing is as lenient as in browsers (`HTTP:\\Example.com`). The normalised URL has its scheme and host in lower case, an
/// international host in Punycode, no default port and no dot segments, and is percent-encoded. Parsing it again gives the
/// same text. Parsing takes linear time.
public struct WebURL: Sendable, Hashable {
    /// The normalised URL, in ASCII.
    public let text: String

    /// Parses a text of any length.
    /// - Throws: `WebURLError`, also for a valid URL with another scheme.
    public init(parsing text: String) throws(WebURLError) {
        guard !text.isEmpty else { throw WebURLError(.emptyInput) }
        var parser = WebURLParser(text)
        try parser.parse()
        self.text = String(decoding: parser.output, as: UTF8.self)
    }
}

extension WebURL: CustomStringConvertible {
    /// The same as `text`.
    public var description: String { text }
}

extension WebURL: ParameterValue, ResponseValue {
    /// In characters, both as sent and normalised.
    static let maximumLength = 2083

    /// A string of format `uri`.
    public static var schema: Schema {
        let limit = JSON(integerLiteral: maximumLength)
        return Schema([
            .init("type", "string"), .init("maxLength", limit), .init("minLength", 1), .init("format", "uri"),
        ])
    }

    /// Reads an http or https URL of at most 2083 characters, both as sent and normalised.
    public static func read(_ json: JSON, issues: inout [Issue]) -> WebURL? {
        guard case .string(let text) = json else {
            if case .brokenString = json {
                _ = String.read(json, issues: &issues)
            } else {
                issues.append(Issue("url_type", "URL input should be a string or URL", input: json))
            }
            return nil
        }
        guard text.unicodeScalars.count <= maximumLength else { return rejectLength(json, &issues) }
        do throws(WebURLError) {
            let url = try WebURL(parsing: text)
            return url.text.unicodeScalars.count <= maximumLength ? url : rejectLength(json, &issues)
        } catch {
            issues.append(error.code == .otherScheme ? schemeIssue(json) : parsingIssue(json, error.message))
            return nil
        }
    }

    /// Writes the normalised URL.
    public func write(to writer: inout JSONWriter) {
        writer.string(text)
    }

    private static func rejectLength(_ input: JSON, _ issues: inout [Issue]) -> WebURL? {
        let context = [JSON.Member("max_length", JSON(integerLiteral: maximumLength))]
        let message = "URL should have at most \(maximumLength) characters"
        issues.append(Issue("url_too_long", message, input: input, context: context))
        return nil
    }

    private static func schemeIssue(_ input: JSON) -> Issue {
        let schemes = "'http' or 'https'"
        let context = [JSON.Member("expected_schemes", .string(schemes))]
        return Issue("url_scheme", "URL scheme should be \(schemes)", input: input, context: context)
    }

    private static func parsingIssue(_ input: JSON, _ reason: String) -> Issue {
        let context = [JSON.Member("error", .string(reason))]
        return Issue("url_parsing", "Input should be a valid URL, \(reason)", input: input, context: context)
    }
}

/// Why a text is not an http or https URL.
public struct WebURLError: Error, Hashable, Sendable {
    /// What is wrong. Later versions may add codes.
    public struct Code: Hashable, Sendable {
        let message: String

        /// The text is empty.
        public static let emptyInput = Code(message: "input is empty")
        /// There is no scheme.
        public static let relativeWithoutBase = Code(message: "relative URL without a base")
        /// The host is missing, but the scheme needs one, or there is a user or a port.
        public static let emptyHost = Code(message: "empty host")
        /// The port is not a number, or it is above 65535.
        public static let invalidPort = Code(message: "invalid port number")
        /// The host ends in a number, but is not an IPv4 address.
        public static let invalidIPv4Address = Code(message: "invalid IPv4 address")
        /// The host starts with a bracket, but is not an IPv6 address.
        public static let invalidIPv6Address = Code(message: "invalid IPv6 address")
        /// The host is not a valid name (UTS 46), or it has a forbidden character.
        public static let invalidDomainName = Code(message: "invalid international domain name")
        /// The host of a URL with a scheme that the Standard does not know has a forbidden character.
        public static let invalidDomainCharacter = Code(message: "invalid domain character")
        /// The URL is valid, but its scheme is neither http nor https.
        public static let otherScheme = Code(message: "URL scheme should be 'http' or 'https'")
    }

    /// What is wrong, for programs.
    public let code: Code

    /// What is wrong, in lower case, to follow "Input should be a valid URL, "; for `otherScheme` a whole sentence.
    public var message: String { code.message }

    /// Creates an error.
    public init(_ code: Code) {
        self.code = code
    }
}

extension WebURLError: CustomStringConvertible {
    /// The same as `message`.
    public var description: String { message }
}
