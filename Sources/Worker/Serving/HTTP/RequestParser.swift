import Messages

/// A request as the parser gives it, before the connection adds what it knows.
struct IncomingRequest {
    var head: RequestHead
    /// Empty for a request whose content is streamed.
    var body: [UInt8]
    /// Whether its content is yet to come, piece by piece.
    var isStreamed: Bool
    var noted: NotedFields
    var identity: RequestIdentity
    /// When its head was complete.
    var arrival: UInt64
    var isHTTP10: Bool
    /// Whether the client keeps the connection for more requests.
    var isPersistent: Bool
}

/// Parses requests from bytes, whatever the pieces that they arrive in (RFC 9112).
///
/// `next` returns requests with their bodies. A parser that asks how content is to be taken stops at the head of each request
/// that has content: `undecided` is that head, and `take` goes on. For `.whole`, `next` returns the request with its body;
/// for `.stream`, it returns the request at once, and `nextContent` returns the body piece by piece.
///
/// It is not copyable, so that a call does not copy it to look at it.
struct RequestParser: ~Copyable {
    enum Outcome {
        case request(IncomingRequest)
        /// Nothing after it is read: it is not known where the next request would begin.
        case rejected(RequestRejection)
    }

    /// How far the current request has come.
    enum Progress {
        case idle, head, body
    }

    /// The next part of a request's content.
    enum Content {
        /// Never empty.
        case piece([UInt8])
        case end
        /// Nothing after it is read.
        case rejected(RequestRejection)
    }

    private enum Stage {
        case requestLine, fieldLines
        /// The head is complete; `take` has not been called.
        case undecided(RequestFraming.Content)
        case sized(remaining: Int)
        case chunked(ChunkedDecoder)
        case rejected
    }

    /// As many as most clients send, so that one allocation is enough.
    private static let usualFields = 8

    private let limits: RequestLimits
    private let asks: Bool
    private let trustsPeer: Bool
    private var numbers: RequestNumbers
    /// Of the request whose head was completed last.
    private var number: UInt64 = 0
    private var buffer: [UInt8] = []
    /// Where in the buffer the current request begins.
    private var start = 0
    private var lines = LineReader()
    private var stage = Stage.requestLine
    private var skippedEmptyLine = false
    // Ranges in these three count from the request's first byte: the buffer moves.
    private var requestLine: RequestLine?
    private var framing = RequestFraming()
    private var fields: [RequestHead.FieldLine] = []
    /// Of the request whose body is being read.
    private var head: RequestHead?
    private var body: [UInt8] = []
    /// Whether `nextContent` returns the body that is being read.
    private(set) var isStreaming = false
    /// Whether `next` has to return the request whose body is given piece by piece.
    private var hasStreamedRequest = false
    /// When the head of the request was complete whose body is being read.
    private(set) var arrival: UInt64 = 0
    private var rejectedLine: [UInt8]?
    private var rejectedRequest: IncomingRequest?

    /// - Parameters:
    ///   - asks: whether content waits for `take`.
    ///   - trustsPeer: whether the peer is a trusted proxy, whose ids of requests are taken.
    ///   - seed: random, for the ids of requests.
    init(limits: RequestLimits, asks: Bool = false, trustsPeer: Bool = false, seed: UInt64 = 0) {
        self.limits = limits
        self.asks = asks
        self.trustsPeer = trustsPeer
        numbers = RequestNumbers(seed: seed)
    }

    var progress: Progress {
        switch stage {
        case .requestLine: start == buffer.count ? .idle : .head
        case .fieldLines: .head
        case .undecided, .sized, .chunked: .body
        case .rejected: .idle
        }
    }

    /// The request line of the request that is not complete, or was rejected; nil when it could not be parsed.
    var unansweredLine: ArraySlice<UInt8>? {
        if let head { return head.bytes.prefix { $0 != ASCII.carriageReturn } }
        return switch stage {
        case .fieldLines: buffer[start...].prefix { $0 != ASCII.carriageReturn }
        case .rejected: rejectedLine?[...]
        case .requestLine, .undecided, .sized, .chunked: nil
        }
    }

    /// That request, without its content, when its head was complete; nil for a request that `next` has returned.
    var unansweredRequest: IncomingRequest? {
        if case .rejected = stage { return rejectedRequest }
        return isStreaming && !hasStreamedRequest ? nil : head.map { incoming($0, body: []) }
    }

    /// That request is answered.
    mutating func forgetUnanswered() {
        (head, rejectedLine, rejectedRequest) = (nil, nil, nil)
    }

    /// Whether the client waits for 100 Continue, and has sent nothing of its body (RFC 9110, section 10.1.1).
    var awaitsContinue: Bool {
        framing.expectsContinue && requestLine?.isHTTP10 == false && progress == .body && body.isEmpty
            && start == buffer.count
    }

    /// 100 Continue is sent.
    mutating func continueSent() {
        framing.forgetExpectation()
    }

    /// Bytes that wait to be parsed.
    var buffered: Int { buffer.count - start }

    /// Whether `next` may return something.
    var mayHaveRequest: Bool { buffered > 0 || hasStreamedRequest }

    /// Bytes that it keeps, those of incomplete content included.
    var heldBytes: Int { buffer.count + body.count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if case .rejected = stage { return }
        dropConsumed()
        buffer.append(contentsOf: bytes)
    }

    /// The next request; nil until more bytes have come.
    /// - Parameter now: becomes the request's arrival when its head is complete.
    mutating func next(at now: UInt64) -> Outcome? {
        do {
            guard !isStreaming else { return takeStreamedRequest() }
            guard try advance(at: now), let head = head.take() else { return nil }
            return .request(finish(head))
        } catch {
            reject()
            return .rejected(error)
        }
    }

    /// Not inlined, so that the path of every request stays small.
    @inline(never) private mutating func reject() {
        rejectedLine = unansweredLine.map(Array.init)
        rejectedRequest = unansweredRequest
        abandon()
    }

    /// Nothing more is parsed, and nothing is kept.
    mutating func abandon() {
        stage = .rejected
        isStreaming = false
        hasStreamedRequest = false
        head = nil
        (buffer, body) = ([], [])
        start = 0
    }

    /// - Returns: whether a request is complete.
    private mutating func advance(at now: UInt64) throws(RequestRejection) -> Bool {
        let bytes = buffer
        while true {
            switch stage {
            case .requestLine:
                // Bytes that cannot be HTTP, such as a TLS handshake, are rejected at once.
                if start < buffer.count, !Self.mayBegin(buffer[start]) { throw .malformed("Malformed request line") }
                guard let line = try nextLine(in: bytes.span, limits.requestLine, .requestLineTooLong) else {
                    return false
                }
                if line.isEmpty, !skippedEmptyLine {
                    // RFC 9112, section 2.2: some clients send an extra CRLF after a body.
                    skippedEmptyLine = true
                    start = lines.position
                    continue
                }
                requestLine = try RequestLine(line, of: bytes.span).relative(to: start)
                framing = RequestFraming()
                stage = .fieldLines
            case .fieldLines:
                guard let line = try nextLine(in: bytes.span, limits.fieldLine, .fieldTooLarge) else { return false }
                if line.isEmpty {
                    stage = try completeHead(bytes.span, at: now)
                    continue
                }
                guard fields.count < limits.fieldLines else { throw .tooManyFields }
                let field = try RequestHead.FieldLine.parse(line, of: bytes.span)
                try framing.read(field, in: bytes.span, origin: start)
                if fields.isEmpty { fields.reserveCapacity(Self.usualFields) }
                fields.append(field.relative(to: start))
            case .sized(let remaining):
                let count = min(remaining, buffer.count - lines.position)
                if count > 0 {
                    body.append(bytes.span, lines.position..<lines.position + count)
                    lines.skip(count)
                    start = lines.position
                }
                guard count == remaining else {
                    stage = .sized(remaining: remaining - count)
                    return false
                }
                return true
            case .chunked(var content):
                let isComplete = try content.decode(bytes.span, &lines, into: &body, limits: limits)
                stage = .chunked(content)
                start = lines.position
                return isComplete
            case .undecided, .rejected:
                return false
            }
        }
    }

    /// Whether a request line, or an empty line before it, may begin with that byte.
    private static func mayBegin(_ byte: UInt8) -> Bool {
        TokenCharacters.contains(byte) || byte == ASCII.carriageReturn || byte == ASCII.lineFeed
    }

    /// A line of the head, within the limit of the whole head.
    private mutating func nextLine(
        in bytes: Span<UInt8>, _ limit: Int, _ tooLong: RequestRejection
    ) throws(RequestRejection) -> Range<Int>? {
        let room = max(0, limits.head - (lines.position - start))
        return room < limit
            ? try lines.next(in: bytes, limit: room, tooLong: .headTooLarge)
            : try lines.next(in: bytes, limit: limit, tooLong: tooLong)
    }

    /// The head gets an array of its own, so that the buffer can go on while an application holds the request.
    private mutating func completeHead(_ bytes: Span<UInt8>, at now: UInt64) throws(RequestRejection) -> Stage {
        guard let line = requestLine else { throw .malformed("Malformed request line") }
        try framing.checkHost(isHTTP10: line.isHTTP10)
        arrival = now
        number = numbers.next()
        var path = line.path
        var head = bytes.extracting(start..<lines.position).withUnsafeBufferPointer { Array($0) }
        if path.isEmpty {
            path = head.count..<head.count + 1
            let isOfServer = line.method == .options && line.query == nil
            head.append(UInt8(ascii: isOfServer ? "*" : "/"))
        }
        self.head = RequestHead(
            bytes: head, method: line.method, path: path, query: line.query,
            authority: line.authority ?? framing.host, fields: fields)
        fields = []
        start = lines.position
        // From here on a rejection is a response to this head, which the application finishes.
        let content = try framing.content(isHTTP10: line.isHTTP10)
        try framing.checkCodings(of: content)
        if asks, content != .sized(0) { return .undecided(content) }
        return try Self.stage(content, limit: limits.body)
    }

    private static func stage(_ content: RequestFraming.Content, limit: Int) throws(RequestRejection) -> Stage {
        switch content {
        case .sized(let length):
            guard length <= limit else { throw .bodyTooLarge }
            return .sized(remaining: length)
        case .chunked: return .chunked(ChunkedDecoder(limit: limit))
        }
    }

    private mutating func finish(_ head: RequestHead) -> IncomingRequest {
        let request = incoming(head, body: body)
        if !body.isEmpty { body = [] }
        stage = .requestLine
        skippedEmptyLine = false
        if start == buffer.count { dropConsumed() }
        return request
    }

    private func incoming(_ head: RequestHead, body: [UInt8]) -> IncomingRequest {
        let isHTTP10 = requestLine?.isHTTP10 ?? false
        return IncomingRequest(
            head: head, body: body, isStreamed: isStreaming, noted: framing.noted,
            identity: framing.noted.isDisjoint(with: .identity)
                ? RequestIdentity(number: number)
                : RequestIdentity(number: number, head: head, isTrusted: trustsPeer),
            arrival: arrival,
            isHTTP10: isHTTP10, isPersistent: !framing.closes && (!isHTTP10 || framing.keepsAlive))
    }

    // MARK: Content

    /// The head of a request whose content waits until `take` is called.
    var undecided: RequestHead? {
        if case .undecided = stage { head } else { nil }
    }

    /// Says how the content of the undecided request is taken.
    /// - Returns: why the request is rejected, if it is.
    mutating func take(_ mode: ContentMode) -> RequestRejection? {
        guard case .undecided(let content) = stage else { return nil }
        do {
            switch mode {
            case .whole: stage = try Self.stage(content, limit: limits.body)
            case .stream(let limit):
                stage = try Self.stage(content, limit: limit ?? limits.body)
                isStreaming = true
                hasStreamedRequest = true
            }
            return nil
        } catch {
            reject()
            return error
        }
    }

    @inline(never) private mutating func takeStreamedRequest() -> Outcome? {
        guard hasStreamedRequest, let head else { return nil }
        hasStreamedRequest = false
        return .request(incoming(head, body: body))
    }

    /// More of the content of a streamed request; nil until more bytes have come.
    mutating func nextContent() -> Content? {
        guard isStreaming else { return .end }
        do {
            let isComplete = try advance(at: arrival)
            let piece = body
            body = []
            if isComplete { endContent() }
            if piece.isEmpty { return isComplete ? .end : nil }
            framing.forgetExpectation()
            return .piece(piece)
        } catch {
            reject()
            return .rejected(error)
        }
    }

    private mutating func endContent() {
        isStreaming = false
        head = nil
        stage = .requestLine
        skippedEmptyLine = false
        if start == buffer.count { dropConsumed() }
    }

    /// An idle connection holds no bytes of the requests that it had.
    private mutating func dropConsumed() {
        guard start > 0 else { return }
        let capacityToKeep = 4096
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= capacityToKeep)
        } else {
            buffer.removeFirst(start)
        }
        lines.shift(by: start)
        start = 0
    }
}
