import Messages

/// The content of the one request whose handler reads it piece by piece, by what the handler does and what it has to be told.
enum IncomingContent {
    /// What a handler is told.
    enum Event {
        case piece([UInt8])
        case end
        /// The rest does not come.
        case failure(RequestRejection)
        /// Nobody reads the rest: the request is answered.
        case closed
    }

    case none
    /// The handler works on what it has.
    case unread(number: Int)
    /// The handler waits for a piece.
    case awaited(number: Int)
    /// The handler waits, and has to be told that the client was too slow.
    case timedOut(number: Int)
    /// The request is answered, and its handler has to be told that nobody reads the rest.
    case closed(number: Int)

    /// Of a request that is not answered.
    @inline(__always) var openNumber: Int? {
        switch self {
        case .none, .closed: nil
        case .unread(let number), .awaited(let number), .timedOut(let number): number
        }
    }

    @inline(__always) var isOpen: Bool { openNumber != nil }
}

/// The content of a response, produced while it is sent.
struct OutgoingContent {
    /// How the client knows the end of the content (RFC 9112, section 6.3).
    enum Framing {
        case chunked
        case sized(remaining: Int)
        /// For an HTTP/1.0 client.
        case untilClose
    }

    enum Producer {
        /// Is to be started.
        case due(ResponseStream)
        case running
        /// Waits until there is room for more.
        case waiting
    }

    var framing: Framing
    let status: Int
    var producer: Producer
    /// Bytes of content so far.
    var size = 0
}

/// The content of one request, for the handler that reads it while its client sends it.
@LoopActor final class RequestContentReader: ContentStream.Source {
    private weak var socket: ClientSocket?
    private let number: Int
    private var waiting: CheckedContinuation<[UInt8]?, any Error>?
    /// The result of every further `next`; nil while there may be more.
    private var ending: Result<[UInt8]?, ContentError>?

    init(_ socket: ClientSocket, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    @LoopActor func next() async throws -> [UInt8]? {
        if let ending { return try ending.get() }
        guard waiting == nil else { throw ContentError(.shared, "The content of a request has one reader") }
        return try await withTaskCancellationHandler {
            // The loop may run other work before it runs the body, so the content may have ended by then.
            try await withCheckedThrowingContinuation { continuation in
                if let ending { return continuation.resume(with: ending) }
                waiting = continuation
                if let socket { socket.askForContent(number) } else { deliver(.closed) }
            }
        } onCancel: {
            LoopExecutor.shared.call { self.deliver(.closed) }
        }
    }

    func deliver(_ event: IncomingContent.Event) {
        let result: Result<[UInt8]?, ContentError>
        switch event {
        case .piece(let bytes): result = .success(bytes)
        case .end: result = .success(nil)
        case .failure(let rejection): result = .failure(ContentError(rejection))
        case .closed: result = .failure(ContentError(.closed, "Nobody waits for the content of the request"))
        }
        if case .piece = event {} else { ending = ending ?? result }
        waiting.take()?.resume(with: result)
    }
}

/// Takes the pieces of one response's content, and lets their producer wait while its client has enough to read.
@LoopActor final class ResponseContentWriter {
    /// Bytes after which other tasks run, however fast the client reads.
    private static let bytesPerTurn = 256 << 10

    private weak var socket: ClientSocket?
    private let number: Int
    private var waiting: CheckedContinuation<Void, Never>?
    /// Whether there is no room for another piece.
    private var isFull = false
    private var bytes = 0

    init(_ socket: ClientSocket, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    /// Returns when there is room for another piece.
    /// - Throws: `CancellationError` when no more is wanted.
    func send(_ piece: [UInt8]) async throws {
        try Task.checkCancellation()
        guard let hasRoom = socket?.send(piece, of: number) else { throw CancellationError() }
        bytes += piece.count
        if !hasRoom {
            isFull = true
            await withTaskCancellationHandler {
                // The loop may run other work before it runs the body, so there may be room by then.
                await withCheckedContinuation { continuation in
                    if isFull { waiting = continuation } else { continuation.resume() }
                }
            } onCancel: {
                LoopExecutor.shared.call { self.resume() }
            }
            bytes = 0
            try Task.checkCancellation()
        } else if bytes >= Self.bytesPerTurn {
            bytes = 0
            await Task.yield()
        }
    }

    /// There is room, or nobody waits any more.
    func resume() {
        isFull = false
        waiting.take()?.resume()
    }
}
