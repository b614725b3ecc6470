import Messages

/// The content of one request, for the handler that reads it while its client sends it.
@LoopActor final class RequestContent: ContentStream.Source {
    private weak var socket: ClientSocket?
    private let number: Int
    private var waiting: CheckedContinuation<[UInt8]?, any Error>?
    /// What every further reader hears; nil while there may be more.
    private var ending: Result<[UInt8]?, ContentError>?

    init(_ socket: ClientSocket, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    @LoopActor func next() async throws -> [UInt8]? {
        if let ending { return try ending.get() }
        guard waiting == nil else { throw ContentError(.shared, "The content of a request has one reader") }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
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
        case .failure(let refusal): result = .failure(ContentError(refusal))
        case .closed: result = .failure(ContentError(.closed, "Nobody waits for the content of the request"))
        }
        if case .piece = event {} else { ending = ending ?? result }
        waiting.take()?.resume(with: result)
    }
}
