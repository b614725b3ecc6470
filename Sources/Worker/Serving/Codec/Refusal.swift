internal import Contract
import Messages

/// A request that is not handed on: what the client is told before its connection is closed.
struct Refusal: Error, Equatable {
    let status: Status
    let detail: String
    /// Seconds after which the client does well to ask again.
    let retryAfter: Int?

    init(_ status: Status, _ detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.retryAfter = retryAfter
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
    static let encoded = Refusal(.unsupportedMediaType, "Content coding not supported; send the content as it is")
    static let late = Refusal(.serviceUnavailable, "Request not answered in time")
    static let incomplete = Refusal(.badRequest, "Request not complete")
    static let noMemory = Refusal(
        .serviceUnavailable, "Too much is being sent and read already; ask again later", retryAfter: 1)
    static let busy = Refusal(.serviceUnavailable, "Too much work waits already; ask again later", retryAfter: 1)
    static let stopping = Refusal(.serviceUnavailable, "Service Unavailable")

    /// Says what the limit is that was passed, and which setting changes it.
    /// - Parameter content: bytes, where the endpoint has a limit of its own.
    func naming(_ limits: Limits, content: Int? = nil) -> Refusal {
        func beyond(_ bound: String, _ setting: String) -> Refusal {
            Refusal(status, "\(detail): at most \(bound)\(setting.isEmpty ? "" : " (--\(setting))")")
        }
        return switch self {
        case .requestLineTooLong: beyond(Self.text(size: limits.requestLine), "limit-request-line")
        case .fieldTooLarge: beyond(Self.text(size: limits.fieldLine), "limit-request-field-size")
        case .tooManyFields: beyond("\(limits.fieldLines)", "limit-request-fields")
        case .headTooLarge: beyond(Self.text(size: limits.head), "limit-request-head")
        case .bodyTooLarge: beyond(Self.text(size: content ?? limits.body), content == nil ? "max-body" : "")
        default: self
        }
    }

    private static func text(size: Int) -> String {
        let text = ValueSyntax.text(size: size)
        let digits = text.prefix(while: \.isNumber)
        return digits.count == text.count ? "\(text) bytes" : "\(digits) \(text.dropFirst(digits.count))"
    }

    /// The answer. Details are plain words of this server, so they need no escaping.
    var response: Response {
        var fields = [Field("content-type", "application/json")]
        // What would be taken (RFC 9110, section 12.5.3).
        if self == .encoded { fields.append(Field("accept-encoding", "identity")) }
        if let retryAfter { fields.append(Field("retry-after", "\(retryAfter)")) }
        return Response(status, fields: fields, body: Array(#"{"detail":"\#(detail)"}"#.utf8))
    }
}
