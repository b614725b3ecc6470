public import Messages

/// An error with a response of its own. Any other error is answered with a 500 that says nothing about it.
public protocol ResponseError: Error {
    /// The response to the client. Asked for once per failed request.
    var response: Response { get }
}

/// An error that is answered with its status and `{"detail":"..."}`.
public struct HTTPError: ResponseError, Hashable, CustomStringConvertible {
    /// The status of the response.
    public let status: Status
    /// The value of `detail`; the client sees it.
    public let detail: String
    /// Further fields of the response.
    public let fields: [Field]

    /// - Parameter detail: nil for the status's reason phrase.
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

/// A request that does not match the endpoint's declaration: a 422 that lists all issues, at most a hundred.
public struct ValidationError: ResponseError, Hashable, CustomStringConvertible {
    /// In the order path, query, headers, cookies, body. If there are more than a hundred, the hundredth says so.
    public let issues: [Issue]

    /// Keeps the first 99 of a hundred or more issues.
    public init(_ issues: [Issue]) {
        guard issues.isFull else {
            self.issues = issues
            return
        }
        let place = issues[Issue.maximumCount - 1].location.prefix(1)
        self.issues = issues.prefix(Issue.maximumCount - 1) + [.tooMany(at: Array(place))]
    }

    /// The location and message of each issue, for logs. It contains names, and no values that the client sent.
    public var description: String {
        issues.map { issue in "\(issue.location.map(\.description).joined(separator: ".")): \(issue.message)" }
            .joined(separator: "; ")
    }

    /// A 422 with `{"detail":[...]}`, one object per issue.
    public var response: Response {
        let detail = JSON.array(issues.map(\.json))
        return JSON.object([.init("detail", detail)]).response(.unprocessableContent)
    }
}

/// Thrown by a `run: .inline` handler when it would have to block: the handler is run again on the blocking pool.
public struct WouldBlock: Error, Hashable {
    /// The error carries nothing: no client sees it.
    public init() {}
}

/// No route has the request's path: a 404. `API.onError` can give it another body.
public struct NotFoundError: ResponseError, Hashable {
    /// `{"detail":"Not Found"}`
    public var response: Response { NotFoundError.answer }

    private static let answer = Response.detail(.notFound, "Not Found")

    @usableFromInline init() {}
}

/// Routes have the path, but none has the method: a 405 that lists the allowed methods.
public struct MethodNotAllowedError: ResponseError, Hashable {
    /// Their names, such as `GET`, in the order of declaration.
    public let allowed: [String]

    /// `{"detail":"Method Not Allowed"}` with the field `allow` (RFC 9110, section 15.5.6).
    public var response: Response {
        .detail(.methodNotAllowed, "Method Not Allowed", fields: [Field("allow", allowed.joined(separator: ", "))])
    }

    init(allowed: [String]) {
        self.allowed = allowed
    }
}
