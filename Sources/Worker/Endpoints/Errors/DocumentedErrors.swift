public import Messages

/// The errors that an endpoint may answer with: `[.notFound]`, or with words, `[.notFound: "No recipe has this ID"]`.
public struct DocumentedErrors: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, Sendable {
    /// One error, and when it comes.
    struct Entry: Sendable {
        let status: Status
        let description: String
        /// Whether it is the answer of nil, which rules for errors of the application's own do not see.
        var isOfNil = false
    }

    private(set) var entries: [Entry]

    /// Errors that say enough by their status.
    public init(arrayLiteral statuses: Status...) {
        entries = statuses.map { Entry(status: $0, description: $0.reason) }
    }

    /// Errors with words of their own.
    public init(dictionaryLiteral errors: (Status, String)...) {
        entries = errors.map { Entry(status: $0.0, description: $0.1) }
    }

    /// With one more.
    func adding(_ status: Status, isOfNil: Bool = false) -> DocumentedErrors {
        var copy = self
        copy.entries.append(Entry(status: status, description: status.reason, isOfNil: isOfNil))
        return copy
    }
}
