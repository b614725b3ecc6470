internal import CLinux
internal import Linux
import Glibc
import Logging
import Messages

/// A client's socket: reads and writes what its `Connection` decides.
@LoopActor final class ClientSocket: EventSource {
    /// What changes with nearly every event. Together, because each access to a variable of a class is checked at run time.
    private struct State: ~Copyable {
        var connection: Connection
        /// nil before `open` and after the close.
        var token: EventLoop.Token?
        /// The events that the loop watches.
        var watched: UInt32 = 0
        /// The earliest time that the loop was asked for.
        var scheduled = UInt64.max
        /// Whether a pass is under way.
        var isAdvancing = false
        /// Whether its turn is still to come, before which no request begins.
        var isQueued = false
        /// As `ConnectionTable` last got it.
        var heldBytes = 0
    }

    let origin: ConnectionOrigin
    private let descriptor: Int32
    private let server: Server
    private let loop = EventLoop.shared
    private let runner: RequestRunner
    private var state: State

    /// Takes over an open socket.
    /// - Parameter authority: host and port of the listening address.
    init(owning descriptor: Int32, origin: ConnectionOrigin, authority: String, server: Server) {
        self.descriptor = descriptor
        self.origin = origin
        self.server = server
        let info = origin.connectionInfo(server.proxies, authority: authority)
        runner = RequestRunner(info, server: server)
        state = State(
            connection: Connection(
                limits: server.limits, timeouts: server.timeouts, accessLog: server.requests.accessLogFormat,
                isTimed: server.isTimed, trustsPeer: info.isTrusted, seed: server.requests.nextSeed(),
                at: loop.time.nanoseconds))
    }

    func open() {
        runner.open(self)
        let token = loop.add(self)
        state.token = token
        state.watched = EPOLLIN.rawValue
        do {
            try loop.watch(descriptor, for: EPOLLIN.rawValue, token)
        } catch {
            server.log.error("a connection cannot be watched", metadata: ["error": "\(error)"])
            state.connection.fail(at: loop.time.nanoseconds)
        }
        // The first request is often there already.
        ready(EPOLLIN.rawValue)
    }

    private var isOpen: Bool { state.token != nil }
    private var peer: SocketAddress { origin.peer }

    // MARK: Events

    func ready(_ events: UInt32) {
        if receive(events, &state) { finishPass() }
    }

    func turnReached() {
        state.isQueued = false
        advance()
    }

    func deadlineReached() {
        let time = loop.time
        guard let late = expire(&state, at: time) else { return }
        for number in late { runner.cancel(number) }
        advance()
    }

    /// There is memory for more of what the client sends.
    func resumeReading() {
        state.connection.resumeReading(at: loop.time.nanoseconds)
        advance()
    }

    /// The worker drains.
    func drain() {
        state.connection.drain(at: loop.time.nanoseconds)
        advance()
    }

    /// The worker stops.
    func stop() {
        state.connection.stop(at: loop.time) { runner.response(to: $0, rejectedFor: .stopping) }
        runner.cancelAll()
        advance()
    }

    // MARK: Events of handlers

    /// The last request that was given to the runner runs on a blocking thread.
    func markLastBlocking() {
        state.connection.markLastBlocking()
    }

    /// A handler that took its time has answered.
    func answer(_ number: Int, late response: Response) {
        loop.updateTime()
        if !state.connection.answer(number, with: response, at: loop.time) { runner.remove(number) }
        advance()
    }

    /// The handler of a request waits for a piece of its content.
    func askForContent(_ number: Int) {
        guard isOpen else { return }
        state.connection.askForContent(number, at: loop.time.nanoseconds)
        advance()
    }

    /// A piece of a response's content.
    /// - Returns: whether there is room for another; nil when no more is wanted.
    func send(_ piece: [UInt8], of number: Int) -> Bool? {
        guard isOpen else { return nil }
        loop.updateTime()
        guard state.connection.send(number, piece, at: loop.time) else { return nil }
        advance()
        // A response whose length is reached is over, whatever its producer would still send.
        guard isOpen, state.connection.isStreaming(number) else { return nil }
        if state.connection.hasRoomForContent { return true }
        state.connection.waitForRoom(number)
        return false
    }

    /// The content of a response is complete.
    /// - Returns: how many bytes are missing.
    func endContent(_ number: Int) -> Int {
        guard isOpen else { return 0 }
        loop.updateTime()
        return state.connection.endContent(number, at: loop.time)
    }

    /// The content of a response cannot be completed.
    /// - Returns: whether it was being sent.
    func cutContent(_ number: Int) -> Bool {
        guard isOpen else { return false }
        loop.updateTime()
        return state.connection.cutContent(number, at: loop.time.nanoseconds)
    }

    // MARK: Passes

    /// Does all that can be done now. Responses of one pass are sent in one write.
    func advance() {
        if begin(&state) { finishPass() }
    }

    private func finishPass() {
        while let action = step(&state) { perform(action) }
    }

    private func perform(_ action: consuming Connection.Action) {
        switch action {
        case .handle(let number, let incoming):
            var series = RequestMetrics.Series.unknown
            if let response = runner.handle(number, incoming, &series) {
                answer(number, response, series)
            } else {
                state.connection.countLast(as: series)
            }
        case .reject(let number, let incoming, let rejection):
            var series = RequestMetrics.Series.unknown
            if let response = runner.reject(number, incoming, rejection, &series) {
                answer(number, response, series)
            } else {
                state.connection.countLast(as: series)
            }
        case .decide(let head): state.connection.take(runner.contentMode(for: head), at: loop.time)
        case .deliver(_, let event): runner.deliver(event)
        case .produce(let number, let stream): runner.produce(stream, for: number)
        case .resumeProducer: runner.resumeProducer()
        case .halfClose: shutdown(descriptor, Int32(SHUT_WR))
        case .close: close()
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            close()
        }
    }

    private func answer(_ number: Int, _ response: borrowing Response, _ series: RequestMetrics.Series) {
        let isStreamed = state.connection.answer(number, with: response, countedAs: series, at: loop.time)
        if !isStreamed, response.stream != nil { runner.remove(number) }
    }

    private func close() {
        guard let token = state.token.take() else { return }
        let (server, runner) = (server, runner)
        state.connection.takeUnsent(at: loop.time.nanoseconds) {
            server.requests.log($0, $1, client: runner.client($1.forwardedHead), peer: runner.peer)
        }
        runner.close()
        if state.connection.writer.hasNotifications { notifySent(&state.connection, all: true) }
        loop.remove(token)
        Glibc.close(descriptor)
        server.closed(self, holding: state.heldBytes)
    }

    /// `Response.whenSent` is called when the pass is over: it may do anything, also to this socket.
    private func notifySent(_ connection: inout Connection, all: Bool = false) {
        for body in connection.takeNotifications(all: all) { server.host.afterPass(body) }
    }

    // MARK: With access to the state

    /// Reads, and begins a pass. In one function, because each access to the state is checked.
    /// - Returns: whether something may be done now. What has come for a queued connection waits for its turn.
    private func receive(_ events: UInt32, _ state: inout State) -> Bool {
        guard state.token != nil, !state.isQueued else { return false }
        let isBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if state.watched & EPOLLIN.rawValue != 0, events & EPOLLIN.rawValue != 0 || isBroken {
            read(&state.connection)
        } else if isBroken {
            state.connection.fail(at: loop.time.nanoseconds)
        }
        return begin(&state)
    }

    /// Whether there is something to read that is not the client's end.
    private var hasBytes: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) > 0
    }

    private func read(_ connection: inout Connection) {
        if let buffered = connection.bufferedContent, server.connections.isFull, hasBytes,
            !server.connections.mayRead(self, after: buffered)
        {
            return connection.pauseReading(at: loop.time.nanoseconds)
        }
        let buffer = loop.readBuffer
        let count = recv(descriptor, buffer.baseAddress, min(buffer.count, connection.maxRead), 0)
        if count > 0 {
            server.requests.received(count)
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            connection.receive(bytes, at: loop.time.nanoseconds)
        } else if count == 0 {
            connection.receiveEnd()
        } else if errno != EAGAIN, errno != EINTR {
            connection.fail(at: loop.time.nanoseconds)
        }
    }

    /// - Returns: the numbers of requests whose handlers are late; nil for a time that means nothing, because the connection
    ///   waits for a later one.
    private func expire(_ state: inout State, at time: LoopTime) -> [Int]? {
        guard state.token != nil, state.scheduled <= time.nanoseconds else { return nil }
        state.scheduled = .max
        // What came meanwhile counts: a connection with bytes to read is neither idle nor late.
        if let deadline = state.connection.deadline, deadline <= time.nanoseconds, state.connection.wantsInput {
            read(&state.connection)
        }
        return state.connection.expire(at: time) { runner.response(to: $0, rejectedFor: .late) }
    }

    /// - Returns: false when a pass is under way already, which does what is to be done.
    private func begin(_ state: inout State) -> Bool {
        if state.isAdvancing || state.token == nil { return false }
        state.isAdvancing = true
        let requests = state.isQueued ? 0 : loop.isLate ? 1 : TurnBudget.usual
        state.connection.beginTurn(requests, at: loop.time.nanoseconds)
        return true
    }

    /// What to do next; nil when all that can be done is done, written and waited for.
    private func step(_ state: inout State) -> Connection.Action? {
        let time = loop.time
        repeat {
            if let action = state.connection.next(at: time) { return action }
            count(&state.connection)
        } while state.token != nil && state.connection.hasOutput && write(&state.connection, at: time.nanoseconds)
        state.isAdvancing = false
        guard let token = state.token else { return nil }
        if state.connection.writer.hasNotifications { notifySent(&state.connection) }
        if !state.isQueued, state.connection.wantsTurn(at: time.nanoseconds) {
            state.isQueued = true
            loop.queue(token)
        }
        wait(&state, token)
        return nil
    }

    /// - Returns: whether something was written, so that there may be room for more.
    private func write(_ connection: inout Connection, at now: UInt64) -> Bool {
        let pending = connection.writer.output.count
        let written = connection.writer.output.withBytes {
            Glibc.send(descriptor, $0.baseAddress, pending, Int32(MSG_NOSIGNAL))
        }
        if written >= 0 {
            server.requests.sent(written)
            connection.wrote(written, at: now)
            if connection.writer.hasUnlogged { logSent(&connection, at: now) }
            // After a short write the socket's buffer is full: to try again at once would fail.
            return written == pending
        }
        if errno == EINTR { return true }
        if errno != EAGAIN {
            connection.fail(at: now)
            return true
        }
        return false
    }

    /// Before the responses are sent: a client that has seen one must find it counted.
    private func count(_ connection: inout Connection) {
        let requests = server.requests
        connection.takeUncounted { requests.answered($0) }
        if connection.rejection != nil, let rejection = connection.takeRejection() {
            requests.rejected(rejection, peer: peer.host)
        }
    }

    private func logSent(_ connection: inout Connection, at now: UInt64) {
        let (requests, runner) = (server.requests, runner)
        connection.takeSent(at: now) {
            requests.log($0, $1, client: runner.client($1.forwardedHead), peer: runner.peer)
        }
    }

    private func wait(_ state: inout State, _ token: EventLoop.Token) {
        let heldBytes = state.connection.heldBytes
        if heldBytes != state.heldBytes {
            server.connections.changeHeldBytes(of: self, by: heldBytes - state.heldBytes)
            state.heldBytes = heldBytes
        }
        let interest = state.connection.interest()
        let wanted = (interest.input ? EPOLLIN.rawValue : 0) | (interest.output ? EPOLLOUT.rawValue : 0)
        if wanted != state.watched {
            state.watched = wanted
            loop.changeWatch(descriptor, for: wanted, token)
        }
        // A deadline that moves away, as that of a busy connection does all the time, costs nothing: the loop asks again
        // when the old one comes.
        guard let deadline = interest.deadline, deadline < state.scheduled else { return }
        state.scheduled = deadline
        loop.schedule(token, at: deadline)
    }
}
