extension String: ParameterValue, ResponseValue {
    /// A string.
    public static var schema: Schema { .type("string") }

    /// Reads a string; no other value is taken for one.
    public static func read(_ json: JSON, issues: inout [Issue]) -> String? {
        switch json {
        case .string(let text):
            return text
        case .brokenString:
            let message = "Input should be a valid string, unable to parse raw data as a unicode string"
            issues.append(Issue("string_unicode", message, input: json))
        default:
            issues.append(Issue("string_type", "Input should be a valid string", input: json))
        }
        return nil
    }

    /// Writes a string.
    public func write(to writer: inout JSONWriter) {
        writer.string(self)
    }
}

extension WebURL: ParameterValue, ResponseValue {
    /// The most characters, as sent and as normalised.
    static let maximumLength = 2083

    /// A string of format `uri`.
    public static var schema: Schema {
        let limit = JSON(integerLiteral: maximumLength)
        return Schema([
            .init("type", "string"), .init("maxLength", limit), .init("minLength", 1), .init("format", "uri"),
        ])
    }

    /// Reads an http or https URL, as sent and as normalised not longer than 2083 characters.
    public static func read(_ json: JSON, issues: inout [Issue]) -> WebURL? {
        guard case .string(let text) = json else {
            if case .brokenString = json {
                _ = String.read(json, issues: &issues)
            } else {
                issues.append(Issue("url_type", "URL input should be a string or URL", input: json))
            }
            return nil
        }
        guard text.unicodeScalars.count <= maximumLength else { return refuseLength(json, &issues) }
        do throws(WebURLError) {
            let url = try WebURL(parsing: text)
            return url.text.unicodeScalars.count <= maximumLength ? url : refuseLength(json, &issues)
        } catch {
            issues.append(error.code == .otherScheme ? schemeIssue(json) : parsingIssue(json, error.message))
            return nil
        }
    }

    /// Writes it normalised.
    public func write(to writer: inout JSONWriter) {
        writer.string(text)
    }

    private static func refuseLength(_ input: JSON, _ issues: inout [Issue]) -> WebURL? {
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
