internal import Contract
internal import Linux
import Logging
import Messages

/// Runs the application for the requests of one connection: handlers that answer at once, tasks, and blocking work. It also
/// makes the server's own responses: rejections, and the 500 for a handler that failed.
@LoopActor final class RequestRunner {
    /// A request that is not answered to the end.
    private struct Handler {
        enum Work {
            case task(Task<Void, Never>)
            case blocking(BlockingPool.Job)
        }

        let entry: InFlightTable.Entry
        /// Without its content.
        let request: Request
        /// nil while its response, whose content is still to be produced, waits for its turn.
        var work: Work?

        func cancel() {
            switch work {
            case .task(let task): task.cancel()
            case .blocking(let job): job.cancel()
            case nil: break
            }
        }
    }

    /// What all requests of the connection know, without `forwarding`.
    private let info: ConnectionInfo
    /// The same with it, for requests that need it.
    private let forwardedInfo: ConnectionInfo
    /// Nil if no proxy is believed about the client.
    private let forwarding: (any Forwarding)?
    /// Whether requests without a field about the client need it, too.
    private let alwaysForwards: Bool
    private let server: Server
    private let application: any Application
    private let requests: RequestTracker
    private let loop = EventLoop.shared
    /// From `open` to `close`. Each keeps the other until then.
    private var socket: ClientSocket?
    private var handlers: [Int: Handler] = [:]
    /// The request whose asynchronous handler has not suspended yet.
    private var starting: Int?
    /// Of the request whose handler reads its content piece by piece.
    private var contentReader: RequestContentReader?
    /// Of the response whose content is produced while it is sent.
    private var contentWriter: ResponseContentWriter?

    init(_ info: ConnectionInfo, server: Server) {
        let reader = info.forwarding
        forwardedInfo = info
        var info = info
        if reader != nil { info.forwarding = nil }
        self.info = info
        forwarding = reader
        alwaysForwards = reader?.isAlwaysNeeded ?? false
        self.server = server
        application = server.application
        requests = server.requests
    }

    func open(_ socket: ClientSocket) {
        self.socket = socket
    }

    /// The connection is closed.
    func close() {
        socket = nil
        cancelAll()
        deliver(.failure(.incomplete))
    }

    // MARK: Requests

    /// - Parameter series: becomes where the response is counted.
    /// - Returns: the response, when it is there at once.
    func handle(_ number: Int, _ incoming: IncomingRequest, _ series: inout RequestMetrics.Series) -> Response? {
        let request = request(number, incoming)
        var route: Int?
        defer { series = requests.metrics.series(of: request.head, route: route) }
        let entry = requests.enter(request, at: incoming.arrival)
        #if DEBUG
            let begin = MonotonicClock.nanoseconds
            defer { requests.handlerReturned(request, from: begin) }
        #endif
        do {
            switch try application.answer(request, route: &route) {
            case .now(let response):
                loop.updateTime()
                if !canSend(response, request) {
                    return decorate(replacement(for: response, to: request), number, entry, request)
                }
                return answerNow(number, entry, request, response)
            case .later(let body): return start(number, entry, withoutContent(request), body)
            case .blocking(let operation, let body):
                return submit(number, entry, withoutContent(request), operation, body)
            }
        } catch {
            loop.updateTime()
            return decorate(ownResponse(to: error, request), number, entry, request)
        }
    }

    /// A request is rejected before it is handled.
    /// - Returns: the response, when it is there at once.
    func reject(
        _ number: Int, _ incoming: IncomingRequest, _ rejection: RequestRejection,
        _ series: inout RequestMetrics.Series
    ) -> Response? {
        let request = Request(
            head: head(incoming), connection: connectionInfo(incoming), identity: incoming.identity)
        var route: Int?
        defer { series = requests.metrics.series(of: request.head, route: route) }
        return decorate(rejection.response, number, nil, request, &route)
    }

    /// The response to a request whose handler is too late. The application must decorate it at once.
    func response(to number: Int, rejectedFor rejection: RequestRejection) -> Response {
        guard let request = handlers[number]?.request,
            case .now(let decorated) = application.decorate(rejection.response, for: request)
        else { return rejection.response }
        let response = sendable(decorated, or: rejection.response)
        // The connection does not notify of these: they are sent with this pass, or never.
        notifySent(response)
        return response
    }

    /// The request is answered to the end.
    func remove(_ number: Int) {
        guard !handlers.isEmpty, let handler = handlers.removeValue(forKey: number) else { return }
        requests.leave(handler.entry)
    }

    func cancel(_ number: Int) {
        guard !handlers.isEmpty, let handler = handlers.removeValue(forKey: number) else { return }
        requests.leave(handler.entry)
        handler.cancel()
    }

    func cancelAll() {
        if handlers.isEmpty { return }
        let cancelled = handlers.values
        handlers = [:]
        for handler in cancelled {
            requests.leave(handler.entry)
            handler.cancel()
        }
    }

    private func request(_ number: Int, _ incoming: IncomingRequest) -> Request {
        guard incoming.isStreamed, let socket else {
            return Request(
                head: head(incoming), body: incoming.body, connection: connectionInfo(incoming),
                identity: incoming.identity)
        }
        let reader = RequestContentReader(socket, number)
        contentReader = reader
        return Request(
            head: head(incoming), source: reader, connection: connectionInfo(incoming), identity: incoming.identity)
    }

    @inline(__always) private func head(_ incoming: IncomingRequest) -> RequestHead {
        alwaysForwards ? incoming.head.below(server.proxies.rootPath) : incoming.head
    }

    /// How the content of a request is taken.
    func contentMode(for head: RequestHead) -> ContentMode {
        application.contentMode(for: head.below(server.proxies.rootPath))
    }

    private func withoutContent(_ request: Request) -> Request {
        Request(head: request.head, connection: request.connection, identity: request.identity)
    }

    private func connectionInfo(_ incoming: IncomingRequest) -> ConnectionInfo {
        var info = incoming.noted.contains(.forwarded) || alwaysForwards ? forwardedInfo : info
        if let limit = server.timeouts.request { info.deadline = incoming.arrival + limit }
        return info
    }

    /// The address of the connection's other end; empty for a unix socket.
    var peer: String { info.peer }

    /// The client's address, for the access log.
    /// - Parameter head: of a request in which proxies have told about the client.
    func client(_ head: RequestHead?) -> String {
        guard let forwarding, head != nil || alwaysForwards else { return info.peer }
        return forwarding.read(head ?? RequestHead(.get, "/"), info).client
    }

    // MARK: The server's own responses

    /// Lets the application decorate one of the server's own responses.
    /// - Parameter entry: nil for a request that was not handled.
    /// - Returns: the response, when it is there at once.
    private func decorate(
        _ own: Response, _ number: Int, _ entry: InFlightTable.Entry?, _ request: Request
    ) -> Response? {
        var route: Int?
        return decorate(own, number, entry, request, &route)
    }

    private func decorate(
        _ own: Response, _ number: Int, _ entry: InFlightTable.Entry?, _ request: Request, _ route: inout Int?
    ) -> Response? {
        let request = withoutContent(request)
        func entered() -> InFlightTable.Entry {
            entry ?? requests.enter(request, at: loop.time.nanoseconds)
        }
        switch application.decorate(own, for: request, route: &route) {
        case .now(let decorated):
            if let entry { requests.leave(entry) }
            return sendable(decorated, or: own)
        case .later(let body): return start(number, entered(), request, insteadOf: own, body)
        case .blocking(let operation, let body):
            return submit(number, entered(), request, insteadOf: own, operation, body)
        }
    }

    /// The same, where a handler that took its time has failed.
    private func decorateLater(_ own: Response, _ number: Int) {
        guard let handler = handlers.removeValue(forKey: number) else { return }
        guard let response = decorate(own, number, handler.entry, handler.request) else { return }
        answerLater(number, response)
    }

    /// The same, in the task of the handler that has failed.
    private func decorated(_ own: Response, _ request: Request) async -> Response {
        switch application.decorate(own, for: request) {
        case .now(let decorated): return sendable(decorated, or: own)
        case .later(let body): return (try? await body()).map { sendable($0, or: own) } ?? own
        case .blocking(let operation, let body):
            let decorated: Response? = await withCheckedContinuation { continuation in
                let isTaken = server.host.runBlocking(operation, deadline: request.connection.deadline) {
                    continuation.resume(returning: try? body())
                }
                if !isTaken { continuation.resume(returning: nil) }
            }
            return decorated.map { sendable($0, or: own) } ?? own
        }
    }

    /// What the application made of one of the server's own responses; the server's own where that cannot be sent.
    private func sendable(_ decorated: Response, or own: Response) -> Response {
        if decorated.stream == nil, ResponseEncoder.isSendable(decorated) { return decorated }
        notifySent(decorated)
        return own
    }

    /// Calls `Response.whenSent`: the response will not be sent.
    private func notifySent(_ response: Response) {
        if let whenSent = response.whenSent { server.host.afterPass(whenSent) }
    }

    private func canSend(_ response: borrowing Response, _ request: borrowing Request) -> Bool {
        // A large response waits for its client, and where there is no memory for that it is dropped; but not one that tells
        // what a request has done.
        ResponseEncoder.isSendable(response)
            && (response.body.count <= Connection.maxOutput || !server.connections.isFull
                || !request.head.method.isSafe)
    }

    /// What is sent in place of a response that cannot be sent.
    private func replacement(for response: Response, to request: Request) -> Response {
        notifySent(response)
        return ResponseEncoder.isSendable(response)
            ? RequestRejection.noMemory.response : internalServerError(UnsendableResponse(), request)
    }

    /// The response to an error that a handler threw: the client's own faults by name.
    private func ownResponse(to error: any Error, _ request: Request) -> Response {
        (error as? ContentError)?.response ?? internalServerError(error, request)
    }

    /// The client gets the request's id, and the log has the error beside it.
    private func internalServerError(_ error: any Error, _ request: Request) -> Response {
        report(error, request.identity)
        let id = request.id
        return Response(
            .internalServerError,
            fields: [Field("content-type", "application/json"), Field("x-request-id", id)],
            body: Array(#"{"detail":"Internal Server Error","id":"\#(id)"}"#.utf8))
    }

    /// Logs why a request failed.
    private func report(_ error: any Error, _ identity: RequestIdentity?) {
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let identity { metadata["request"] = "\(identity.id)" }
        if let trace = identity?.given?.trace { metadata["trace"] = "\(trace.traceID)" }
        server.log.error("a request failed", metadata: metadata)
    }

    // MARK: Handlers

    /// The response is there.
    private func answerNow(
        _ number: Int, _ entry: InFlightTable.Entry, _ request: Request, _ response: consuming Response
    ) -> Response {
        if response.stream == nil {
            requests.leave(entry)
        } else {
            handlers[number] = Handler(entry: entry, request: withoutContent(request), work: nil)
        }
        return response
    }

    /// Runs a handler in a task.
    /// - Parameter own: the server's own response that the body decorates; it is sent when the body fails.
    private func start(
        _ number: Int, _ entry: InFlightTable.Entry, _ request: Request, insteadOf own: Response? = nil,
        _ body: @escaping @Sendable () async throws -> Response
    ) -> Response? {
        starting = number
        var early: Response?
        let task = Task.immediate(executorPreference: LoopExecutor.shared) {
            let response: Response
            do {
                let made = try await body()
                if let own {
                    response = self.sendable(made, or: own)
                } else if !self.canSend(made, request) {
                    response = await self.decorated(self.replacement(for: made, to: request), request)
                } else {
                    response = made
                }
            } catch {
                if let own {
                    response = own
                } else if Task.isCancelled {
                    // Nobody waits for the response of a handler that was cancelled.
                    response = RequestRejection.stopping.response
                } else {
                    response = await self.decorated(self.ownResponse(to: error, request), request)
                }
            }
            if self.starting == number { early = response } else { self.answerLater(number, response) }
        }
        starting = nil
        loop.updateTime()
        if let early { return answerNow(number, entry, request, early) }
        handlers[number] = Handler(entry: entry, request: request, work: .task(task))
        return nil
    }

    /// Runs a handler on a blocking thread.
    /// - Parameter own: the server's own response that the body decorates; it is sent when the body fails.
    private func submit(
        _ number: Int, _ entry: InFlightTable.Entry, _ request: Request, insteadOf own: Response? = nil,
        _ operation: BlockingOperation, _ body: @escaping @Sendable () throws -> Response
    ) -> Response? {
        let job = server.pool.submit(operation, deadline: request.connection.deadline) {
            let result = Result { try body() }
            LoopExecutor.shared.call { self.take(result, of: number, request, insteadOf: own) }
        }
        guard let job else {
            if let own {
                requests.leave(entry)
                return own
            }
            return decorate(RequestRejection.busy.response, number, entry, request)
        }
        loop.updateTime()
        socket?.markLastBlocking()
        handlers[number] = Handler(entry: entry, request: request, work: .blocking(job))
        return nil
    }

    /// A blocking thread is done.
    private func take(
        _ result: Result<Response, any Error>, of number: Int, _ request: Request, insteadOf own: Response?
    ) {
        switch result {
        case .success(let response):
            if let own { return answerLater(number, sendable(response, or: own)) }
            if !canSend(response, request) { return decorateLater(replacement(for: response, to: request), number) }
            answerLater(number, response)
        case .failure(let error):
            if let own { answerLater(number, own) } else { decorateLater(ownResponse(to: error, request), number) }
        }
    }

    /// A handler that took its time has answered.
    private func answerLater(_ number: Int, _ response: Response) {
        handlers[number]?.work = nil
        guard let socket else { return notifySent(response) }
        socket.answer(number, late: response)
    }

    // MARK: Content that is read or produced piece by piece

    func deliver(_ event: IncomingContent.Event) {
        guard let reader = contentReader else { return }
        if case .piece = event {} else { contentReader = nil }
        reader.deliver(event)
    }

    /// Produces the content of a response.
    func produce(_ stream: ResponseStream, for number: Int) {
        guard let socket else { return }
        let writer = ResponseContentWriter(socket, number)
        contentWriter = writer
        var isOver = false
        let task = Task.immediate(executorPreference: LoopExecutor.shared) {
            do {
                try await stream.run { try await writer.send($0) }
                self.endContent(number)
            } catch {
                self.cutContent(number, because: error)
            }
            isOver = true
        }
        if !isOver { handlers[number]?.work = .task(task) }
    }

    /// There is room for more content.
    func resumeProducer() {
        contentWriter?.resume()
    }

    private func endContent(_ number: Int) {
        let identity = handlers[number]?.request.identity
        remove(number)
        guard let socket else { return }
        let missing = socket.endContent(number)
        if missing > 0 { report(ShortContent(missing: missing), identity) }
        socket.advance()
    }

    private func cutContent(_ number: Int, because error: any Error) {
        let identity = handlers[number]?.request.identity
        remove(number)
        guard let socket else { return }
        // An error of the client is not logged, nor is the cancellation of a task.
        if socket.cutContent(number), !(error is ContentError), !Task.isCancelled { report(error, identity) }
        socket.advance()
    }
}

/// A response of the application that breaks the rules of `ResponseEncoder.isSendable`.
private struct UnsendableResponse: Error, CustomStringConvertible {
    var description: String { "the response has a status or a header field that cannot be sent" }
}

/// A response whose content ends before the length that the client was told.
private struct ShortContent: Error, CustomStringConvertible {
    let missing: Int

    var description: String { "the content of a response ends \(missing) bytes before its length" }
}
