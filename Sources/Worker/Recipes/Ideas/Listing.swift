import Brigade

/// A page of posts as reddit sends it.
struct Listing {
    /// `{score}: {title} ({url})` of each post.
    let lines: [String]

    /// It is no listing: no JSON, or something that a listing has is not in it.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter body: UTF-8, whatever its media type says.
    init(_ body: [UInt8]) throws(Malformed) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw Malformed(description: "no JSON: \(error.message)")
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
        // Empty, whatever it is.
        case .string(""), .object([]): []
        default: throw Malformed(description: "no posts in it")
        }
    }
}
