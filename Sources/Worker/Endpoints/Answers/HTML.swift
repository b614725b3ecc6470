public import Messages

/// A page. What is put into it must be escaped already.
public struct HTML: ResponseConvertible, Hashable {
    /// The page.
    public let text: String

    /// A page of that text.
    public init(_ text: String) {
        self.text = text
    }

    /// `text/html`, a string.
    public static var content: ResponseContent? { ResponseContent("text/html", .type("string")) }

    /// The page in UTF-8.
    public func response(_ status: Status) -> Response {
        Response(status, fields: HTML.fields, body: Array(text.utf8))
    }

    private static let fields = [Field("content-type", "text/html; charset=utf-8")]

    /// The text with what HTML gives a meaning to written as character references.
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
