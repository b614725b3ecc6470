/// What the document says of an endpoint. Mostly a text is enough; the rest is there for when it is not.
///
/// ```swift
/// api.get(
///     "/recipes/{id}", description: Words("By its ID.", summary: "One recipe", answer: "The recipe"), Path("id", Int.self)
/// ) { id in try store.find(id) }
/// ```
public struct Words: ExpressibleByStringInterpolation, Sendable {
    let description: String
    let summary: String?
    let answer: String
    let tags: [String]
    let isDeprecated: Bool

    /// - Parameters:
    ///   - description: may be empty, and may be Markdown.
    ///   - summary: a few words; the operation's name when nothing else is said.
    ///   - answer: what an answer that is no error is.
    ///   - tags: beside the routers'.
    ///   - isDeprecated: whether it should no longer be used.
    public init(
        _ description: String = "", summary: String? = nil, answer: String = "Successful Response",
        tags: [String] = [], isDeprecated: Bool = false
    ) {
        self.description = description
        self.summary = summary
        self.answer = answer
        self.tags = tags
        self.isDeprecated = isDeprecated
    }

    /// A description.
    public init(stringLiteral description: String) {
        self.init(description)
    }
}
