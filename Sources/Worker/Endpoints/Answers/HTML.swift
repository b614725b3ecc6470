public import Messages

/// An HTML page. Escape all text that you put into it (`HTML.escape`).
public struct HTML: ResponseConvertible, Hashable {
    /// The source of the page.
    public let text: String

    /// A page with that source.
    public init(_ text: String) {
        self.text = text
    }

    /// `text/html`, with the schema of a string.
    public static var content: ResponseContent? { ResponseContent("text/html", .type("string")) }

    /// The page, encoded in UTF-8.
    public func response(_ status: Status) -> Response {
        Response(status, fields: HTML.fields, body: Array(text.utf8))
    }

    private static let fields = [Field("content-type", "text/html; charset=utf-8")]

    /// Replaces `&`, `<`, `>` and both quotation marks by character references.
    public static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
