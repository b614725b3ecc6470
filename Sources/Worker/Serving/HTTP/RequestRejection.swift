internal import Contract
import Messages

/// Why the server itself rejects a request, and what the client is told before its connection is closed.
struct RequestRejection: Error, Equatable {
    let status: Status
    let detail: String
    /// Seconds after which the client should try again.
    let retryAfter: Int?

    init(_ status: Status, _ detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// The request is malformed (RFC 9112), or two recipients could read it in two ways.
    static func malformed(_ detail: String) -> RequestRejection {
        RequestRejection(.badRequest, detail)
    }

    static let requestLineTooLong = RequestRejection(.uriTooLong, "Request line too long")
    static let fieldTooLarge = RequestRejection(.requestHeaderFieldsTooLarge, "Header field too large")
    static let tooManyFields = RequestRejection(.requestHeaderFieldsTooLarge, "Too many header fields")
    static let headTooLarge = RequestRejection(.requestHeaderFieldsTooLarge, "Header section too large")
    static let bodyTooLarge = RequestRejection(.contentTooLarge, "Content too large")
    static let headTimeout = RequestRejection(.requestTimeout, "Request head not complete in time")
    static let bodyTimeout = RequestRejection(.requestTimeout, "Request content not complete in time")
    static let encoded = RequestRejection(
        .unsupportedMediaType, "Content coding not supported; send the content as it is")
    static let late = RequestRejection(.serviceUnavailable, "Request not answered in time")
    static let incomplete = RequestRejection(.badRequest, "Request not complete")
    static let noMemory = RequestRejection(
        .serviceUnavailable, "Too much is being sent and read already; ask again later", retryAfter: 1)
    static let busy = RequestRejection(
        .serviceUnavailable, BlockingOperation.queueFull.detail, retryAfter: BlockingOperation.queueFull.retryAfter)
    static let stopping = RequestRejection(.serviceUnavailable, "Service Unavailable")

    /// Adds the limit that was exceeded, and the setting that changes it.
    /// - Parameter content: bytes, where the endpoint has a limit of its own.
    func naming(_ limits: RequestLimits, content: Int? = nil) -> RequestRejection {
        func beyond(_ bound: String, _ setting: String) -> RequestRejection {
            RequestRejection(status, "\(detail): at most \(bound)\(setting.isEmpty ? "" : " (--\(setting))")")
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

    /// Details are texts of this server, so they need no escaping.
    var response: Response {
        var fields = [Field("content-type", "application/json")]
        // What would be accepted (RFC 9110, section 12.5.3).
        if self == .encoded { fields.append(Field("accept-encoding", "identity")) }
        if let retryAfter { fields.append(Field("retry-after", "\(retryAfter)")) }
        return Response(status, fields: fields, body: Array(#"{"detail":"\#(detail)"}"#.utf8))
    }
}

extension ContentError {
    /// Why the content of a request was rejected.
    init(_ rejection: RequestRejection) {
        let code: Code =
            switch rejection.status {
            case .contentTooLarge: .tooLarge
            case .requestTimeout: .stalled
            case _ where rejection == .incomplete: .incomplete
            default: .malformed
            }
        self.init(code, rejection.detail)
    }

    /// The response to a client whose content could not be read; nil for an error that is not the client's fault.
    var response: Response? {
        let status: Status
        switch code {
        case .tooLarge: status = .contentTooLarge
        case .stalled: status = .requestTimeout
        case .incomplete, .malformed: status = .badRequest
        default: return nil
        }
        return RequestRejection(status, description).response
    }
}

/// How large the parts of a request may be. `RequestRejection.naming` knows the settings.
struct RequestLimits: Sendable {
    /// Bytes of a request line.
    var requestLine = 8 << 10
    /// Bytes of a field line, in the header section or the trailer section.
    var fieldLine = 64 << 10
    /// Field lines of a section.
    var fieldLines = 100
    /// Bytes of a whole head: what a connection can make the worker hold before its request is known.
    var head = 128 << 10
    /// Bytes of a chunk's size line, with its extensions.
    var chunkLine = 1 << 10
    /// Bytes of all chunk extensions of a body: without a limit, a body of one-byte chunks could be mostly extensions.
    var chunkExtensions = 16 << 10
    /// Bytes of a body.
    var body = 16 << 20
}

extension RequestLimits {
    init(_ settings: Settings) {
        requestLine = settings.limitRequestLine
        fieldLine = settings.limitRequestFieldSize
        fieldLines = settings.limitRequestFields
        head = settings.limitRequestHead
        body = settings.maxBody
    }
}
