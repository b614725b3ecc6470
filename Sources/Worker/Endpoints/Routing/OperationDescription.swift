public import Messages

/// What the OpenAPI document says about an endpoint. A string literal is a description; use the initializer for more.
///
/// ```swift
/// api.get(
///     "/recipes/{id}",
///     description: OperationDescription("By its ID.", summary: "One recipe", response: "The recipe"),
///     Path("id", Int.self)
/// ) { id in try store.find(id) }
/// ```
public struct OperationDescription: ExpressibleByStringInterpolation, Sendable {
    let description: String
    let summary: String?
    let response: String
    let tags: [String]
    let isDeprecated: Bool

    /// - Parameters:
    ///   - description: may be empty, and may be Markdown.
    ///   - summary: a few words; nil for the operation's name.
    ///   - response: describes the response of a successful request.
    ///   - tags: in addition to those of its routers.
    ///   - isDeprecated: whether clients should stop using the endpoint.
    public init(
        _ description: String = "", summary: String? = nil, response: String = "Successful Response",
        tags: [String] = [], isDeprecated: Bool = false
    ) {
        self.description = description
        self.summary = summary
        self.response = response
        self.tags = tags
        self.isDeprecated = isDeprecated
    }

    /// A description only.
    public init(stringLiteral description: String) {
        self.init(description)
    }
}

/// The errors that an endpoint may answer with, for the document: `[.notFound]`, or with a description,
/// `[.notFound: "No recipe has this ID"]`.
public struct DocumentedErrors: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, Sendable {
    struct Entry: Sendable {
        let status: Status
        let description: String
        /// Whether it is the endpoint's `ifNil:`, which error handlers of the application's own errors do not see.
        var isOfNil = false
    }

    private(set) var entries: [Entry]

    /// Errors that are described by their reason phrases.
    public init(arrayLiteral statuses: Status...) {
        entries = statuses.map { Entry(status: $0, description: $0.reason) }
    }

    /// Errors with descriptions.
    public init(dictionaryLiteral errors: (Status, String)...) {
        entries = errors.map { Entry(status: $0.0, description: $0.1) }
    }

    func adding(_ status: Status, isOfNil: Bool = false) -> DocumentedErrors {
        var copy = self
        copy.entries.append(Entry(status: status, description: status.reason, isOfNil: isOfNil))
        return copy
    }
}
