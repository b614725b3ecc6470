import Messages

/// Requests from bytes, whatever the pieces that they arrive in (RFC 9112).
///
/// `next` gives requests with their bodies. One that asks how content is to be taken stops at the head of each request that
/// has some: `undecided` is that head, and `take` goes on, with the whole body, or with `nextContent` piece by piece.
struct RequestParser {
    enum Outcome {
        case request(IncomingRequest)
        /// Nothing after it is read: where the next request would begin is not known.
        case refused(Refusal)
    }

    /// How far the current request has come.
    enum Progress {
        case idle, head, body
    }

    /// What comes of a request's content.
    enum Content {
        /// Never empty.
        case piece([UInt8])
        case end
        /// Nothing after it is read.
        case refused(Refusal)
    }

    private enum Stage {
        case requestLine, fieldLines
        /// The head is complete; how its content is to be taken is not known yet.
        case undecided(Framing.Content)
        case sized(remaining: Int)
        case chunked(ChunkedContent)
        case refused
    }

    /// As many as most clients send, for whom one allocation is enough.
    private static let usualFields = 8

    private let limits: Limits
    private let asks: Bool
    private var buffer: [UInt8] = []
    /// Where in the buffer the current request begins.
    private var start = 0
    private var lines = LineReader()
    private var stage = Stage.requestLine
    private var skippedEmptyLine = false
    // Places in these three count from the request's first byte: the buffer moves.
    private var requestLine: RequestLine?
    private var framing = Framing()
    private var fields: [RequestHead.FieldLine] = []
    /// Of the request whose body is read.
    private var head: RequestHead?
    private var body: [UInt8] = []
    /// Whether the body that is read is given piece by piece.
    private(set) var isStreaming = false
    private var forwardedScheme: Range<Int>?
    /// When the head of the request whose body is read was complete.
    private(set) var arrival: UInt64 = 0
    private var refusedLine: [UInt8]?
    private var refusedRequest: IncomingRequest?

    /// - Parameter asks: whether content waits until it is said how it is to be taken.
    init(limits: Limits, asks: Bool = false) {
        self.limits = limits
        self.asks = asks
    }

    var progress: Progress {
        switch stage {
        case .requestLine: start == buffer.count ? .idle : .head
        case .fieldLines: .head
        case .undecided, .sized, .chunked: .body
        case .refused: .idle
        }
    }

    /// The request line of the request that is not complete, or that was refused; nil when there is none that could be
    /// read.
    var unansweredLine: ArraySlice<UInt8>? {
        if let head { return head.bytes.prefix { $0 != Characters.carriageReturn } }
        return switch stage {
        case .fieldLines: buffer[start...].prefix { $0 != Characters.carriageReturn }
        case .refused: refusedLine?[...]
        case .requestLine, .undecided, .sized, .chunked: nil
        }
    }

    /// That request, without its content, when its head was read to the end; nil for one that was given already.
    var unansweredRequest: IncomingRequest? {
        if case .refused = stage { return refusedRequest }
        return isStreaming ? nil : head.map { incoming($0, body: []) }
    }

    /// It is answered.
    mutating func forgetUnanswered() {
        (head, refusedLine, refusedRequest) = (nil, nil, nil)
    }

    /// Whether the client waits to be told that its body is wanted, and has sent none of it (RFC 9110, section 10.1.1).
    var awaitsContinue: Bool {
        framing.expectsContinue && requestLine?.isOld == false && progress == .body && body.isEmpty
            && start == buffer.count
    }

    /// The client has been told.
    mutating func continueSent() {
        framing.forgetExpectation()
    }

    /// Bytes that wait to be parsed.
    var buffered: Int { buffer.count - start }

    /// Bytes that it keeps, of content that is not whole too.
    var held: Int { buffer.count + body.count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if case .refused = stage { return }
        dropConsumed()
        buffer.append(contentsOf: bytes)
    }

    /// The next request; nil until more bytes have come.
    /// - Parameter now: is kept as the request's arrival when its head is complete.
    mutating func next(at now: UInt64) -> Outcome? {
        do {
            guard !isStreaming, try advance(at: now), let head = head.take() else { return nil }
            return .request(finish(head))
        } catch {
            refuse()
            return .refused(error)
        }
    }

    /// Apart, so that what happens to every request stays small.
    @inline(never) private mutating func refuse() {
        refusedLine = unansweredLine.map(Array.init)
        refusedRequest = unansweredRequest
        abandon()
    }

    /// Nothing is read any more, and nothing is kept of what was.
    mutating func abandon() {
        stage = .refused
        isStreaming = false
        head = nil
        (buffer, body) = ([], [])
        start = 0
    }

    /// - Returns: whether a request is complete.
    private mutating func advance(at now: UInt64) throws(Refusal) -> Bool {
        let bytes = buffer
        while true {
            switch stage {
            case .requestLine:
                // What is plainly no HTTP, such as a TLS handshake, is not waited for.
                if start < buffer.count, !Self.mayBegin(buffer[start]) { throw .malformed("Malformed request line") }
                guard let line = try nextLine(in: bytes.span, limits.requestLine, .requestLineTooLong) else {
                    return false
                }
                if line.isEmpty, !skippedEmptyLine {
                    // RFC 9112, section 2.2: some clients end a body with a CRLF too many.
                    skippedEmptyLine = true
                    start = lines.position
                    continue
                }
                requestLine = try RequestLine(line, of: bytes.span).shifted(by: start)
                framing = Framing()
                stage = .fieldLines
            case .fieldLines:
                guard let line = try nextLine(in: bytes.span, limits.fieldLine, .fieldTooLarge) else { return false }
                if line.isEmpty {
                    stage = try completeHead(bytes.span, at: now)
                    continue
                }
                guard fields.count < limits.fieldLines else { throw .tooManyFields }
                let field = try FieldLine.parse(line, of: bytes.span)
                try framing.note(field, in: bytes.span, origin: start)
                if fields.isEmpty { fields.reserveCapacity(Self.usualFields) }
                fields.append(field.shifted(by: start))
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
            case .undecided, .refused:
                return false
            }
        }
    }

    /// Whether a request line, or an empty line before it, may begin with that byte.
    private static func mayBegin(_ byte: UInt8) -> Bool {
        TokenCharacters.contains(byte) || byte == Characters.carriageReturn || byte == Characters.lineFeed
    }

    /// A line of the head, within the limit of the whole head.
    private mutating func nextLine(
        in bytes: Span<UInt8>, _ limit: Int, _ tooLong: Refusal
    ) throws(Refusal) -> Range<Int>? {
        let room = max(0, limits.head - (lines.position - start))
        return room < limit
            ? try lines.next(in: bytes, limit: room, tooLong: .headTooLarge)
            : try lines.next(in: bytes, limit: limit, tooLong: tooLong)
    }

    /// The head gets an array of its own, so that the buffer can go on while an application holds the request.
    private mutating func completeHead(_ bytes: Span<UInt8>, at now: UInt64) throws(Refusal) -> Stage {
        guard let line = requestLine else { throw .malformed("Malformed request line") }
        try framing.checkHost(isOld: line.isOld)
        arrival = now
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
        forwardedScheme = framing.forwardedScheme
        start = lines.position
        // From here on a refusal is an answer to this head, which the application finishes.
        let content = try framing.content(isOld: line.isOld)
        try framing.checkCodings(of: content)
        if asks, content != .sized(0) { return .undecided(content) }
        return try Self.stage(content, limit: limits.body)
    }

    private static func stage(_ content: Framing.Content, limit: Int) throws(Refusal) -> Stage {
        switch content {
        case .sized(let length):
            guard length <= limit else { throw .bodyTooLarge }
            return .sized(remaining: length)
        case .chunked: return .chunked(ChunkedContent(limit: limit))
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
        let isOld = requestLine?.isOld ?? false
        return IncomingRequest(
            head: head, body: body, isStreamed: isStreaming, forwardedScheme: forwardedScheme, arrival: arrival,
            isOld: isOld, isPersistent: !framing.closes && (!isOld || framing.keepsAlive))
    }

    // MARK: Content

    /// The head of a request whose content waits until `take` is called.
    var undecided: RequestHead? {
        if case .undecided = stage { head } else { nil }
    }

    /// Says how the content of the undecided request is taken.
    /// - Returns: the request, when its content is to be read by `nextContent`; nil when it is complete only later.
    mutating func take(_ mode: ContentMode) -> Outcome? {
        guard case .undecided(let content) = stage, let head else { return nil }
        do {
            switch mode {
            case .whole:
                stage = try Self.stage(content, limit: limits.body)
                return nil
            case .stream(let limit):
                stage = try Self.stage(content, limit: limit ?? limits.body)
                isStreaming = true
                return .request(incoming(head, body: body))
            }
        } catch {
            refuse()
            return .refused(error)
        }
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
            refuse()
            return .refused(error)
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
