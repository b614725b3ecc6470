import Brigade

/// A page of posts, as reddit sends it.
struct RedditListing {
    /// `{score}: {title} ({url})` for each post.
    let lines: [String]

    /// The body is not JSON, or lacks something that every listing has.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter body: UTF-8. The media type and its charset are ignored.
    init(_ body: [UInt8]) throws(Malformed) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw Malformed(description: "not JSON: \(error.message)")
        }
        var lines: [String] = []
        for child in try Self.children(json) {
            guard let post = child["data"], let score = post["score"], let title = post["title"], let url = post["url"]
            else { throw Malformed(description: "a post lacks its data, score, title or url") }
            lines.append("\(score.pythonText): \(title.pythonText) (\(url.pythonText))")
        }
        self.lines = lines
    }

    private static func children(_ json: JSON) throws(Malformed) -> [JSON] {
        switch json["data"]?["children"] {
        case .array(let children): children
        // The tutorial's Python iterates over these too, and finds nothing.
        case .string(""), .object([]): []
        default: throw Malformed(description: "no list of posts")
        }
    }
}

extension JSON {
    /// The value as Python's `str()` prints it after `json.loads`: a string as it is, anything else as its `repr()`.
    var pythonText: String {
        switch self {
        case .string(let text), .brokenString(let text): text
        default: pythonRepresentation
        }
    }

    private var pythonRepresentation: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): value.description
        case .number, .longNumber: (double ?? .nan).pythonText
        case .string(let text), .brokenString(let text): text.pythonRepresentation
        case .array(let elements): "[" + elements.map(\.pythonRepresentation).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { "\($0.name.pythonRepresentation): \($0.value.pythonRepresentation)" }
                .joined(separator: ", ") + "}"
        }
    }
}
