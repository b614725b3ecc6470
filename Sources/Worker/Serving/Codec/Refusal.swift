import Messages

/// A request that is not handed on: what the client is told before its connection is closed.
struct Refusal: Error, Equatable {
    let status: Status
    let detail: String

    init(_ status: Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// A request that is malformed (RFC 9112), or that two readers could read in two ways.
    static func malformed(_ detail: String) -> Refusal {
        Refusal(.badRequest, detail)
    }

    static let requestLineTooLong = Refusal(.uriTooLong, "Request line too long")
    static let fieldTooLarge = Refusal(.requestHeaderFieldsTooLarge, "Header field too large")
    static let tooManyFields = Refusal(.requestHeaderFieldsTooLarge, "Too many header fields")
    static let headTooLarge = Refusal(.requestHeaderFieldsTooLarge, "Header section too large")
    static let bodyTooLarge = Refusal(.contentTooLarge, "Content too large")
    static let headTimeout = Refusal(.requestTimeout, "Request head not complete in time")
    static let bodyTimeout = Refusal(.requestTimeout, "Request content not complete in time")
    static let late = Refusal(.serviceUnavailable, "Request not answered in time")
    static let incomplete = Refusal(.badRequest, "Request not complete")
    static let busy = Refusal(.serviceUnavailable, "Too much work waits already; ask again later")
    static let stopping = Refusal(.serviceUnavailable, "Service Unavailable")

    /// The answer. Details are plain words of this server, so they need no escaping.
    var response: Response {
        Response(
            status, fields: [Field("content-type", "application/json")], body: Array(#"{"detail":"\#(detail)"}"#.utf8))
    }
}
