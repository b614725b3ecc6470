public import Messages

/// An error that says itself how a request is answered. Any other is the server's: a 500 that tells nothing.
public protocol ResponseError: Error {
    /// What the client is sent. Made once for each request that fails so.
    var response: Response { get }
}

/// An answer of `{"detail":"..."}` with that status.
public struct HTTPError: ResponseError, Hashable, CustomStringConvertible {
    /// The status of the answer.
    public let status: Status
    /// What the client is told.
    public let detail: String
    /// Further fields of the answer.
    public let fields: [Field]

    /// - Parameter detail: the status's own words when nothing else is said.
    public init(_ status: Status, _ detail: String? = nil, fields: [Field] = []) {
        self.status = status
        self.detail = detail ?? status.reason
        self.fields = fields
    }

    /// `{"detail":"..."}`
    public var response: Response { .detail(status, detail, fields: fields) }

    /// Status and detail, for logs.
    public var description: String { "\(status): \(detail)" }
}

/// A request that does not fit the declaration: a 422 that lists all that is wrong, up to a hundred.
public struct ValidationError: ResponseError, Hashable, CustomStringConvertible {
    /// All that is wrong, in the order of the request's parts. The hundredth says that there is more.
    public let issues: [Issue]

    /// An error of those issues, of which the first are kept when they are a hundred or more.
    public init(_ issues: [Issue]) {
        guard issues.isFull else {
            self.issues = issues
            return
        }
        let place = issues[Issue.maximumCount - 1].location.prefix(1)
        self.issues = issues.prefix(Issue.maximumCount - 1) + [.tooMany(at: Array(place))]
    }

    /// What is wrong and where, for logs. It repeats nothing that was sent but names.
    public var description: String {
        issues.map { issue in "\(issue.location.map(\.description).joined(separator: ".")): \(issue.message)" }
            .joined(separator: "; ")
    }

    /// `{"detail":[...]}`, an object for each issue.
    public var response: Response {
        let detail = JSON.array(issues.map(\.json))
        return JSON.object([.init("detail", detail)]).response(.unprocessableContent)
    }
}

/// Thrown by a handler on the loop that found that it would have to wait: it is run again on the blocking pool.
public struct WouldBlock: Error, Hashable {
    /// It needs no words: no client sees it.
    public init() {}
}
