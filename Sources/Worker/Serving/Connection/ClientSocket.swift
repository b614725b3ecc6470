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

    private let descriptor: Int32
    private let peer: SocketAddress
    private let listener: Listener
    private let server: Server
    private let loop = EventLoop.shared
    private var connection: Connection
    private var token: EventLoop.Token?
    private var watched: UInt32 = 0
    private var scheduled = UInt64.max
    private var handlers: [Int: Handler] = [:]
    private var isAdvancing = false
    private var authority = ""
    private let peerHost: String

    /// Takes over an open socket.
    init(owning descriptor: Int32, peer: SocketAddress, listener: Listener, server: Server) {
        self.descriptor = descriptor
        self.peer = peer
        peerHost = peer.host
        self.listener = listener
        self.server = server
        connection = Connection(
            limits: server.limits, times: server.times, isLogged: server.accessLog != nil,
            at: loop.moment.nanoseconds)
    }

    func open() {
        let token = loop.add(self)
        self.token = token
        watched = EPOLLIN.rawValue
        do {
            try loop.watch(descriptor, for: watched, token)
        } catch {
            server.log.error("a connection cannot be watched", metadata: ["error": "\(error)"])
            connection.fail()
        }
        // The first request is often there already.
        ready(EPOLLIN.rawValue)
    }

    func ready(_ events: UInt32) {
        guard token != nil else { return }
        loop.updateTime()
        let isBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if connection.wantsInput, events & EPOLLIN.rawValue != 0 || isBroken {
            read()
        } else if isBroken {
            connection.fail()
        }
        advance()
    }

    func timeCame() {
        // One that an earlier one has overtaken means nothing: the one that counts is still in the queue.
        guard token != nil, scheduled <= loop.moment.nanoseconds else { return }
        scheduled = .max
        // What came meanwhile counts: a connection with bytes to read is neither idle nor late.
        if let deadline = connection.deadline, deadline <= loop.moment.nanoseconds, connection.wantsInput { read() }
        for number in connection.expire(at: loop.moment) { removeHandler(number)?.cancel() }
        advance()
    }

    /// The worker takes its leave.
    func drain() {
        connection.drain(at: loop.moment.nanoseconds)
        advance()
    }

    /// The worker leaves now.
    func stop() {
        cancelHandlers()
        connection.stop(at: loop.moment)
        advance()
    }

    private func read() {
        let count = recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
            connection.receive(bytes, at: loop.moment.nanoseconds)
        } else if count == 0 {
            connection.receiveEnd()
        } else if errno != EAGAIN, errno != EINTR {
            connection.fail()
        }
    }

    /// Does all that can be done now. Answers of one pass go out in one write.
    private func advance() {
        // A handler that answers at once, or a pass that is under way already, is followed by the loop below.
        if isAdvancing || token == nil { return }
        isAdvancing = true
        repeat {
            while let action = connection.next(at: loop.moment) { perform(action) }
            count()
        } while token != nil && connection.hasOutput && write()
        isAdvancing = false
        guard let token else { return }
        watch(token)
        schedule(token)
    }

    /// - Returns: whether something was written, so that there may be room for more.
    private func write() -> Bool {
        let pending = connection.output.count - connection.written
        let written = connection.output.withUnsafeBytes {
            send(descriptor, $0.baseAddress! + connection.written, pending, Int32(MSG_NOSIGNAL))
        }
        if written >= 0 {
            connection.wrote(written, at: loop.moment.nanoseconds)
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

    private func perform(_ action: Connection.Action) {
        switch action {
        case .handle(let number, let incoming): handle(number, incoming)
        case .halfClose: shutdown(descriptor, Int32(SHUT_WR))
        case .close: close()
        }
    }

    private func close() {
        guard let token else { return }
        self.token = nil
        cancelHandlers()
        loop.remove(token)
        Glibc.close(descriptor)
        server.closed(self)
    }

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

    /// Before the answers go out: who has seen one must find it counted.
    private func count() {
        let (server, peer) = (server, peerHost)
        connection.takeAnswers { server.answered($0, $1, peer: peer) }
    }

    private func watch(_ token: EventLoop.Token) {
        let wanted = (connection.wantsInput ? EPOLLIN.rawValue : 0) | (connection.hasOutput ? EPOLLOUT.rawValue : 0)
        guard wanted != watched else { return }
        watched = wanted
        loop.changeWatch(descriptor, for: wanted, token)
    }

    /// A deadline that moves away, as that of a busy connection does all the time, costs nothing: the loop asks again
    /// when the old one comes.
    private func schedule(_ token: EventLoop.Token) {
        guard let deadline = connection.deadline, deadline < scheduled else { return }
        scheduled = deadline
        loop.schedule(token, at: deadline)
    }

    // MARK: Requests

    private func handle(_ number: Int, _ incoming: IncomingRequest) {
        let request = Request(head: incoming.head, body: incoming.body, connection: info(incoming))
        let entry = server.enter(request, at: incoming.arrival)
        do {
            switch try server.application.answer(request) {
            case .now(let response):
                server.leave(entry)
                finish(number, response)
            case .later(let body): start(number, entry, body)
            case .blocking(let body): submit(number, entry, body)
            }
        } catch {
            server.leave(entry)
            finish(number, server.failure(error))
        }
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
    ) {
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
            return finish(number, Refusal.stopping.response)
        }
        handlers[number] = Handler(entry: entry, work: .blocking(job))
    }

    private func finish(_ number: Int, _ response: Response) {
        _ = removeHandler(number)
        guard token != nil else { return }
        let isSendable = ResponseEncoder.isSendable(response)
        loop.updateTime()
        connection.answer(number, with: isSendable ? response : server.failure(UnsendableResponse()), at: loop.moment)
        advance()
    }

    private func info(_ incoming: IncomingRequest) -> ConnectionInfo {
        let bytes = incoming.head.bytes
        if let range = incoming.authority {
            // Most clients name the same host again, and a long one would be a new string each time.
            if !authority.utf8.elementsEqual(bytes[range]) { authority = String(decoding: bytes[range], as: UTF8.self) }
        } else {
            authority = listener.authority
        }
        var scheme = "http"
        if peer.isTrusted, let range = incoming.forwardedScheme, bytes.span.isWord(range, "https") { scheme = "https" }
        return ConnectionInfo(scheme: scheme, authority: authority, peer: peerHost, isDraining: server.isLeaving)
    }
}

/// An application's response that breaks the rules of `ResponseEncoder.isSendable`.
struct UnsendableResponse: Error, CustomStringConvertible {
    var description: String { "the response has a status or a header field that cannot be sent" }
}
