internal import CLinux
internal import Contract
import Glibc
import Logging
import Messages

/// A client's socket: reads and writes what its `Connection` decides, and runs the handlers of its requests.
@LoopActor final class ClientSocket: EventSource {
    /// A handler that has not answered yet.
    private struct Handler {
        enum Work {
            case task(Task<Void, Never>)
            case blocking(BlockingPool.Job)
        }

        let entry: InFlightTable.Entry
        let work: Work

        func cancel() {
            switch work {
            case .task(let task): task.cancel()
            case .blocking(let job): job.giveUp()
            }
        }
    }

    /// What changes with nearly every event. Together, because each look at a variable of a class is checked at run time.
    private struct State: ~Copyable {
        var connection: Connection
        var token: EventLoop.Token?
        var watched: UInt32 = 0
        var scheduled = UInt64.max
        var isAdvancing = false
    }

    private let descriptor: Int32
    private let peer: SocketAddress
    private let listener: Listener
    private let server: Server
    private let loop = EventLoop.shared
    private var state: State
    private var handlers: [Int: Handler] = [:]

    /// Takes over an open socket.
    init(owning descriptor: Int32, peer: SocketAddress, listener: Listener, server: Server) {
        self.descriptor = descriptor
        self.peer = peer
        self.listener = listener
        self.server = server
        state = State(
            connection: Connection(
                limits: server.limits, times: server.times, isLogged: server.accessLog != nil,
                at: loop.moment.nanoseconds))
    }

    func open() {
        let token = loop.add(self)
        state.token = token
        state.watched = EPOLLIN.rawValue
        do {
            try loop.watch(descriptor, for: EPOLLIN.rawValue, token)
        } catch {
            server.log.error("a connection cannot be watched", metadata: ["error": "\(error)"])
            state.connection.fail()
        }
        // The first request is often there already.
        ready(EPOLLIN.rawValue)
    }

    func ready(_ events: UInt32) {
        receive(events, &state)
        advance()
    }

    func timeCame() {
        let moment = loop.moment
        guard let late = expire(&state, at: moment) else { return }
        for number in late { removeHandler(number)?.cancel() }
        advance()
    }

    /// The worker takes its leave.
    func drain() {
        state.connection.drain(at: loop.moment.nanoseconds)
        advance()
    }

    /// The worker leaves now.
    func stop() {
        cancelHandlers()
        state.connection.stop(at: loop.moment)
        advance()
    }

    /// Does all that can be done now. Answers of one pass go out in one write.
    private func advance() {
        guard begin(&state) else { return }
        var answer: (number: Int, response: Response)?
        while let action = step(&state, answer) { answer = perform(action) }
    }

    private func perform(_ action: Connection.Action) -> (number: Int, response: Response)? {
        switch action {
        case .handle(let number, let incoming):
            return handle(number, incoming).map { (number, $0) }
        case .halfClose: shutdown(descriptor, Int32(SHUT_WR))
        case .close: close()
        }
        return nil
    }

    private func close() {
        guard let token = state.token.take() else { return }
        cancelHandlers()
        loop.remove(token)
        Glibc.close(descriptor)
        server.closed(self)
    }

    // MARK: With the state in hand

    private func receive(_ events: UInt32, _ state: inout State) {
        guard state.token != nil else { return }
        let isBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if state.connection.wantsInput, events & EPOLLIN.rawValue != 0 || isBroken {
            read(&state.connection)
        } else if isBroken {
            state.connection.fail()
        }
    }

    private func read(_ connection: inout Connection) {
        let buffer = loop.readBuffer
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            connection.receive(bytes, at: loop.moment.nanoseconds)
        } else if count == 0 {
            connection.receiveEnd()
        } else if errno != EAGAIN, errno != EINTR {
            connection.fail()
        }
    }

    /// - Returns: the numbers of requests that nobody answers in time; nil for a time that means nothing, because the one
    ///   that counts is still in the queue.
    private func expire(_ state: inout State, at moment: Moment) -> [Int]? {
        guard state.token != nil, state.scheduled <= moment.nanoseconds else { return nil }
        state.scheduled = .max
        // What came meanwhile counts: a connection with bytes to read is neither idle nor late.
        if let deadline = state.connection.deadline, deadline <= moment.nanoseconds, state.connection.wantsInput {
            read(&state.connection)
        }
        return state.connection.expire(at: moment)
    }

    /// - Returns: false when a pass is under way already, which does what is to be done.
    private func begin(_ state: inout State) -> Bool {
        if state.isAdvancing || state.token == nil { return false }
        state.isAdvancing = true
        return true
    }

    /// What to do next; nil when all that can be done is done, written and waited for.
    private func step(_ state: inout State, _ answer: (number: Int, response: Response)?) -> Connection.Action? {
        let moment = loop.moment
        if let answer { state.connection.answer(answer.number, with: answer.response, at: moment) }
        repeat {
            if let action = state.connection.next(at: moment) { return action }
            count(&state.connection)
        } while state.token != nil && state.connection.hasOutput && write(&state.connection, at: moment.nanoseconds)
        state.isAdvancing = false
        guard let token = state.token else { return nil }
        watch(&state, token)
        schedule(&state, token)
        return nil
    }

    /// - Returns: whether something was written, so that there may be room for more.
    private func write(_ connection: inout Connection, at now: UInt64) -> Bool {
        let pending = connection.output.count
        let written = connection.output.withBytes { send(descriptor, $0.baseAddress, pending, Int32(MSG_NOSIGNAL)) }
        if written >= 0 {
            connection.wrote(written, at: now)
            // The socket's buffer is full: asking again at once would only say so.
            return written == pending
        }
        if errno == EINTR { return true }
        if errno != EAGAIN {
            connection.fail()
            return true
        }
        return false
    }

    /// Before the answers go out: who has seen one must find it counted.
    private func count(_ connection: inout Connection) {
        let (server, peer) = (server, peer.host)
        connection.takeAnswers { server.answered($0, $1, peer: peer) }
    }

    private func watch(_ state: inout State, _ token: EventLoop.Token) {
        let wanted =
            (state.connection.wantsInput ? EPOLLIN.rawValue : 0)
            | (state.connection.hasOutput ? EPOLLOUT.rawValue : 0)
        guard wanted != state.watched else { return }
        state.watched = wanted
        loop.changeWatch(descriptor, for: wanted, token)
    }

    /// A deadline that moves away, as that of a busy connection does all the time, costs nothing: the loop asks again
    /// when the old one comes.
    private func schedule(_ state: inout State, _ token: EventLoop.Token) {
        guard let deadline = state.connection.deadline, deadline < state.scheduled else { return }
        state.scheduled = deadline
        loop.schedule(token, at: deadline)
    }

    // MARK: Handlers

    private func cancelHandlers() {
        if handlers.isEmpty { return }
        let cancelled = handlers.values
        handlers = [:]
        for handler in cancelled {
            server.leave(handler.entry)
            handler.cancel()
        }
    }

    private func removeHandler(_ number: Int) -> Handler? {
        guard !handlers.isEmpty, let handler = handlers.removeValue(forKey: number) else { return nil }
        server.leave(handler.entry)
        return handler
    }

    /// - Returns: the answer, when it is there at once.
    private func handle(_ number: Int, _ incoming: IncomingRequest) -> Response? {
        let request = Request(head: incoming.head, body: incoming.body, connection: info(incoming))
        let entry = server.enter(request, at: incoming.arrival)
        do {
            switch try server.application.answer(request) {
            case .now(let response):
                server.leave(entry)
                loop.updateTime()
                return sendable(response)
            case .later(let body): start(number, entry, body)
            case .blocking(let body): return submit(number, entry, body)
            }
        } catch {
            server.leave(entry)
            loop.updateTime()
            return server.failure(error)
        }
        return nil
    }

    private func start(
        _ number: Int, _ entry: InFlightTable.Entry, _ body: @escaping @Sendable () async throws -> Response
    ) {
        var isFinished = false
        let task = Task.immediate(executorPreference: LoopExecutor.shared) {
            let response: Response
            do {
                response = try await body()
            } catch {
                // Nobody waits for the answer of a handler that was cancelled.
                response = Task.isCancelled ? Refusal.stopping.response : self.server.failure(error)
            }
            isFinished = true
            self.finish(number, response)
        }
        if isFinished {
            server.leave(entry)
        } else {
            handlers[number] = Handler(entry: entry, work: .task(task))
        }
    }

    private func submit(
        _ number: Int, _ entry: InFlightTable.Entry, _ body: @escaping @Sendable () throws -> Response
    ) -> Response? {
        let job = server.pool.submit {
            let result = Result { try body() }
            LoopExecutor.shared.call {
                switch result {
                case .success(let response): self.finish(number, response)
                case .failure(let error): self.finish(number, self.server.failure(error))
                }
            }
        }
        guard let job else {
            server.leave(entry)
            return Refusal.stopping.response
        }
        handlers[number] = Handler(entry: entry, work: .blocking(job))
        return nil
    }

    private func finish(_ number: Int, _ response: Response) {
        _ = removeHandler(number)
        guard state.token != nil else { return }
        loop.updateTime()
        state.connection.answer(number, with: sendable(response), at: loop.moment)
        advance()
    }

    private func sendable(_ response: Response) -> Response {
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
