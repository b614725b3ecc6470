internal import Contract
internal import Linux
import Logging
import Messages

// From requests to answers.
extension ClientSocket {
    func cancelHandlers() {
        if handlers.isEmpty { return }
        let cancelled = handlers.values
        handlers = [:]
        for handler in cancelled {
            server.leave(handler.entry)
            handler.cancel()
        }
    }

    func removeHandler(_ number: Int) -> Handler? {
        guard !handlers.isEmpty, let handler = handlers.removeValue(forKey: number) else { return nil }
        server.leave(handler.entry)
        return handler
    }

    /// - Returns: the answer, when it is there at once.
    func handle(_ number: Int, _ incoming: IncomingRequest) -> Response? {
        let request = request(number, incoming)
        let entry = server.enter(request, at: incoming.arrival)
        #if DEBUG
            let begin = MonotonicClock.nanoseconds
            defer { server.held(by: request, from: begin) }
        #endif
        do {
            switch try server.application.answer(request) {
            case .now(let response):
                loop.updateTime()
                if !canSend(response, request) {
                    return finish(objection(to: response), number, entry, request)
                }
                return settled(number, entry, request, response)
            case .later(let body): return start(number, entry, withoutContent(request), body)
            case .blocking(let operation, let body):
                return submit(number, entry, withoutContent(request), operation, body)
            }
        } catch {
            loop.updateTime()
            return finish(ownAnswer(to: error), number, entry, request)
        }
    }

    // MARK: The server's own answers

    /// To a request that is refused.
    /// - Returns: the answer, when it is there at once.
    func refuse(_ number: Int, _ incoming: IncomingRequest, _ refusal: Refusal) -> Response? {
        finish(refusal.response, number, nil, Request(head: incoming.head, connection: info(incoming)))
    }

    /// To a request whose handler has not answered, and never will: it is not waited for.
    func response(for number: Int, _ refusal: Refusal) -> Response {
        guard let request = handlers[number]?.request,
            case .now(let finished) = server.application.decorate(refusal.response, for: request)
        else { return refusal.response }
        let response = chosen(finished, or: refusal.response)
        // The connection does not ask these for it: they go out with this pass, or never.
        tellOfEnd(response)
        return response
    }

    /// Lets the application finish an answer of the server's own.
    /// - Parameter entry: nil for a request that was not handled.
    /// - Returns: the answer, when it is there at once.
    private func finish(
        _ own: Response, _ number: Int, _ entry: InFlightTable.Entry?, _ request: Request
    ) -> Response? {
        let request = withoutContent(request)
        func entered() -> InFlightTable.Entry { entry ?? server.enter(request, at: loop.moment.nanoseconds) }
        switch server.application.decorate(own, for: request) {
        case .now(let finished):
            if let entry { server.leave(entry) }
            return chosen(finished, or: own)
        case .later(let body): return start(number, entered(), request, insteadOf: own, body)
        case .blocking(let operation, let body):
            return submit(number, entered(), request, insteadOf: own, operation, body)
        }
    }

    /// The same, where a handler that takes its time has failed.
    private func finishLate(_ own: Response, _ number: Int) {
        guard let handler = handlers.removeValue(forKey: number) else { return }
        guard let response = finish(own, number, handler.entry, handler.request) else { return }
        conclude(number, response)
    }

    /// What the application has made of an answer of the server's; where that cannot be sent, it goes out as it was.
    private func chosen(_ finished: Response, or own: Response) -> Response {
        if finished.stream == nil, ResponseEncoder.isSendable(finished) { return finished }
        tellOfEnd(finished)
        return own
    }

    /// Who wants to hear when an answer has been sent hears that no more comes of it.
    private func tellOfEnd(_ response: Response) {
        if let whenSent = response.whenSent { server.host.afterPass(whenSent) }
    }

    /// What a client hears of an error: its own faults by name.
    private func ownAnswer(to error: any Error) -> Response {
        (error as? ContentError)?.response ?? server.failure(error)
    }

    private func canSend(_ response: borrowing Response, _ request: borrowing Request) -> Bool {
        // A large answer waits for its client, and where there is no memory for that it is dropped; but not one that tells
        // what a request has done.
        ResponseEncoder.isSendable(response)
            && (response.body.count <= Connection.mostOutput || !server.isFull || !request.head.method.isSafe)
    }

    /// What is sent in place of a response that cannot be.
    private func objection(to response: Response) -> Response {
        tellOfEnd(response)
        return ResponseEncoder.isSendable(response) ? Refusal.noMemory.response : server.failure(UnsendableResponse())
    }

    // MARK: Handlers

    private func withoutContent(_ request: Request) -> Request {
        Request(head: request.head, connection: request.connection)
    }

    private func request(_ number: Int, _ incoming: IncomingRequest) -> Request {
        guard incoming.isStreamed else {
            return Request(head: incoming.head, body: incoming.body, connection: info(incoming))
        }
        let content = RequestContent(self, number)
        self.content = content
        return Request(head: incoming.head, source: content, connection: info(incoming))
    }

    /// The answer is there.
    private func settled(
        _ number: Int, _ entry: InFlightTable.Entry, _ request: Request, _ response: consuming Response
    ) -> Response {
        if response.stream == nil {
            server.leave(entry)
        } else {
            handlers[number] = Handler(entry: entry, request: withoutContent(request), work: nil)
        }
        return response
    }

    /// - Parameter own: the answer of the server's that the body finishes; it is sent when the body fails.
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
                    response = self.chosen(made, or: own)
                } else if !self.canSend(made, request) {
                    response = await self.finished(self.objection(to: made), request)
                } else {
                    response = made
                }
            } catch {
                if let own {
                    response = own
                } else if Task.isCancelled {
                    // Nobody waits for the answer of a handler that was cancelled.
                    response = Refusal.stopping.response
                } else {
                    response = await self.finished(self.ownAnswer(to: error), request)
                }
            }
            if self.starting == number { early = response } else { self.conclude(number, response) }
        }
        starting = nil
        loop.updateTime()
        if let early { return settled(number, entry, request, early) }
        handlers[number] = Handler(entry: entry, request: request, work: .task(task))
        return nil
    }

    /// Lets the application finish an answer of the server's own, in the task of the handler that has failed.
    private func finished(_ own: Response, _ request: Request) async -> Response {
        switch server.application.decorate(own, for: request) {
        case .now(let finished): return chosen(finished, or: own)
        case .later(let body): return (try? await body()).map { chosen($0, or: own) } ?? own
        case .blocking(let operation, let body):
            let finished: Response? = await withCheckedContinuation { continuation in
                let isTaken = server.host.runBlocking(operation, deadline: request.connection.deadline) {
                    continuation.resume(returning: try? body())
                }
                if !isTaken { continuation.resume(returning: nil) }
            }
            return finished.map { chosen($0, or: own) } ?? own
        }
    }

    /// - Parameter own: the answer of the server's that the body finishes; it is sent when the body fails.
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
                server.leave(entry)
                return own
            }
            return finish(Refusal.busy.response, number, entry, request)
        }
        loop.updateTime()
        state.connection.lastBlocks()
        handlers[number] = Handler(entry: entry, request: request, work: .blocking(job))
        return nil
    }

    /// What a thread of the pool has made.
    private func take(
        _ result: Result<Response, any Error>, of number: Int, _ request: Request, insteadOf own: Response?
    ) {
        switch result {
        case .success(let response):
            if let own { return conclude(number, chosen(response, or: own)) }
            if !canSend(response, request) { return finishLate(objection(to: response), number) }
            conclude(number, response)
        case .failure(let error):
            if let own { conclude(number, own) } else { finishLate(ownAnswer(to: error), number) }
        }
    }

    private func conclude(_ number: Int, _ response: Response) {
        handlers[number]?.work = nil
        guard state.token != nil else {
            tellOfEnd(response)
            return
        }
        loop.updateTime()
        if !state.connection.answer(number, with: response, at: loop.moment) { _ = removeHandler(number) }
        advance()
    }

    private func info(_ incoming: IncomingRequest) -> ConnectionInfo {
        var scheme = ConnectionInfo.Scheme.http
        if let range = incoming.forwardedScheme, peer.isTrusted, incoming.head.bytes.span.isWord(range, "https") {
            scheme = .https
        }
        return ConnectionInfo(
            scheme: scheme, authority: listener.authority, peer: peer.host, isTrusted: peer.isTrusted,
            deadline: server.times.request.map { incoming.arrival + $0 })
    }
}

/// An application's response that breaks the rules of `ResponseEncoder.isSendable`.
struct UnsendableResponse: Error, CustomStringConvertible {
    var description: String { "the response has a status or a header field that cannot be sent" }
}
