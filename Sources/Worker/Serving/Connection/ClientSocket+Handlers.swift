internal import Contract
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
        do {
            switch try server.application.answer(request) {
            case .now(let response):
                loop.updateTime()
                return answered(number, entry, response)
            case .later(let body): return start(number, entry, body)
            case .blocking(let body): return submit(number, entry, body)
            }
        } catch {
            server.leave(entry)
            loop.updateTime()
            return failure(error)
        }
    }

    private func request(_ number: Int, _ incoming: IncomingRequest) -> Request {
        guard incoming.isStreamed else {
            return Request(head: incoming.head, body: incoming.body, connection: info(incoming))
        }
        let content = RequestContent(self, number)
        self.content = content
        return Request(head: incoming.head, source: content, connection: info(incoming))
    }

    /// - Returns: the same, or what can be sent instead.
    private func answered(
        _ number: Int, _ entry: InFlightTable.Entry, _ response: consuming Response
    ) -> Response {
        let response = sendable(response)
        if response.stream == nil {
            server.leave(entry)
        } else {
            handlers[number] = Handler(entry: entry, work: nil)
        }
        return response
    }

    private func start(
        _ number: Int, _ entry: InFlightTable.Entry, _ body: @escaping @Sendable () async throws -> Response
    ) -> Response? {
        starting = number
        var early: Response?
        let task = Task.immediate(executorPreference: LoopExecutor.shared) {
            let response: Response
            do {
                response = try await body()
            } catch {
                // Nobody waits for the answer of a handler that was cancelled.
                response = Task.isCancelled ? Refusal.stopping.response : self.failure(error)
            }
            if self.starting == number { early = response } else { self.finish(number, response) }
        }
        starting = nil
        if let early {
            loop.updateTime()
            return answered(number, entry, early)
        }
        handlers[number] = Handler(entry: entry, work: .task(task))
        return nil
    }

    private func submit(
        _ number: Int, _ entry: InFlightTable.Entry, _ body: @escaping @Sendable () throws -> Response
    ) -> Response? {
        let job = server.pool.submit {
            let result = Result { try body() }
            LoopExecutor.shared.call {
                switch result {
                case .success(let response): self.finish(number, response)
                case .failure(let error): self.finish(number, self.failure(error))
                }
            }
        }
        guard let job else {
            server.leave(entry)
            return Refusal.busy.response
        }
        handlers[number] = Handler(entry: entry, work: .blocking(job))
        return nil
    }

    private func finish(_ number: Int, _ response: Response) {
        let response = sendable(response)
        handlers[number]?.work = nil
        guard state.token != nil else { return }
        loop.updateTime()
        if !state.connection.answer(number, with: response, at: loop.moment) { _ = removeHandler(number) }
        advance()
    }

    /// What a client hears of an error: its own faults by name.
    private func failure(_ error: any Error) -> Response {
        (error as? ContentError)?.response ?? server.failure(error)
    }

    private func sendable(_ response: consuming Response) -> Response {
        ResponseEncoder.isSendable(response) ? response : server.failure(UnsendableResponse())
    }

    private func info(_ incoming: IncomingRequest) -> ConnectionInfo {
        var scheme = ConnectionInfo.Scheme.http
        if let range = incoming.forwardedScheme, peer.isTrusted, incoming.head.bytes.span.isWord(range, "https") {
            scheme = .https
        }
        return ConnectionInfo(
            scheme: scheme, authority: listener.authority, peer: peer.host, isDraining: server.isLeaving)
    }
}

/// An application's response that breaks the rules of `ResponseEncoder.isSendable`.
struct UnsendableResponse: Error, CustomStringConvertible {
    var description: String { "the response has a status or a header field that cannot be sent" }
}
