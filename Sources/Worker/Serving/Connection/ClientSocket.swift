internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// A client's socket: reads and writes what its `Connection` decides, and runs the handlers of its requests.
@LoopActor final class ClientSocket: EventSource {
    /// A request that is not answered to its end.
    struct Handler {
        enum Work {
            case task(Task<Void, Never>)
            case blocking(BlockingPool.Job)
        }

        let entry: InFlightTable.Entry
        /// Without its content.
        let request: Request
        /// nil while its answer, whose content is still to be made, waits for its turn.
        var work: Work?

        func cancel() {
            switch work {
            case .task(let task): task.cancel()
            case .blocking(let job): job.giveUp()
            case nil: break
            }
        }
    }

    /// What changes with nearly every event. Together, because each look at a variable of a class is checked at run time.
    struct State: ~Copyable {
        var connection: Connection
        var token: EventLoop.Token?
        var watched: UInt32 = 0
        var scheduled = UInt64.max
        var isAdvancing = false
        /// Whether its turn is still to come, before which it begins nothing.
        var isQueued = false
        /// Bytes, as the server has last heard.
        var held = 0
    }

    private let descriptor: Int32
    let peer: SocketAddress
    let listener: Listener
    let server: Server
    let loop = EventLoop.shared
    var state: State
    var handlers: [Int: Handler] = [:]
    /// The request whose asynchronous handler has not suspended yet.
    var starting: Int?
    /// Of the request whose handler reads it piece by piece.
    var content: RequestContent?
    /// Of the answer that is made while it is sent.
    var maker: ContentMaker?

    /// Takes over an open socket.
    init(owning descriptor: Int32, peer: SocketAddress, listener: Listener, server: Server) {
        self.descriptor = descriptor
        self.peer = peer
        self.listener = listener
        self.server = server
        state = State(
            connection: Connection(
                limits: server.limits, times: server.times, isLogged: server.accessLog != nil,
                isTimed: server.isTimed, at: loop.moment.nanoseconds))
    }

    func open() {
        let token = loop.add(self)
        state.token = token
        state.watched = EPOLLIN.rawValue
        do {
            try loop.watch(descriptor, for: EPOLLIN.rawValue, token)
        } catch {
            server.log.error("a connection cannot be watched", metadata: ["error": "\(error)"])
            state.connection.fail(at: loop.moment.nanoseconds)
        }
        // The first request is often there already.
        ready(EPOLLIN.rawValue)
    }

    func ready(_ events: UInt32) {
        if receive(events, &state) { finishPass() }
    }

    func turnCame() {
        state.isQueued = false
        advance()
    }

    func timeCame() {
        let moment = loop.moment
        guard let late = expire(&state, at: moment) else { return }
        for number in late { removeHandler(number)?.cancel() }
        advance()
    }

    /// There is memory for more of what the client sends.
    func readOn() {
        state.connection.readOn(at: loop.moment.nanoseconds)
        advance()
    }

    /// The worker takes its leave.
    func drain() {
        state.connection.drain(at: loop.moment.nanoseconds)
        advance()
    }

    /// The worker leaves now.
    func stop() {
        state.connection.stop(at: loop.moment) { response(for: $0, Refusal.stopping) }
        cancelHandlers()
        advance()
    }

    /// Does all that can be done now. Answers of one pass go out in one write.
    func advance() {
        if begin(&state) { finishPass() }
    }

    private func finishPass() {
        while let action = step(&state) { perform(action) }
    }

    private func perform(_ action: consuming Connection.Action) {
        switch action {
        case .handle(let number, let incoming):
            if let response = handle(number, incoming) { answer(number, response) }
        case .refuse(let number, let incoming, let refusal):
            if let response = refuse(number, incoming, refusal) { answer(number, response) }
        case .decide(let head):
            state.connection.take(server.application.contentMode(for: head), at: loop.moment)
        case .deliver(_, let event): deliver(event)
        case .make(let number, let stream): make(stream, of: number)
        case .makeMore: maker?.makeMore()
        case .halfClose: shutdown(descriptor, Int32(SHUT_WR))
        case .close: close()
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            close()
        }
    }

    private func answer(_ number: Int, _ response: borrowing Response) {
        let isMade = state.connection.answer(number, with: response, at: loop.moment)
        if !isMade, response.stream != nil { _ = removeHandler(number) }
    }

    /// Those who want to hear that an answer has been sent hear it when the pass is over: they may do anything, also to this
    /// socket.
    private func tellOfSent(_ connection: inout Connection, all: Bool = false) {
        for body in connection.takeNotices(all: all) { server.host.afterPass(body) }
    }

    private func close() {
        guard let token = state.token.take() else { return }
        let (server, peer) = (server, peer.host)
        state.connection.takeUnsent(at: loop.moment.nanoseconds) { server.log($0, $1, peer: peer) }
        cancelHandlers()
        deliver(.failure(.incomplete))
        if !state.connection.notices.isEmpty { tellOfSent(&state.connection, all: true) }
        loop.remove(token)
        Glibc.close(descriptor)
        server.closed(self, holding: state.held)
    }

    // MARK: With the state in hand

    /// Reads, and begins a pass; at once, because each look at the state is checked.
    /// - Returns: whether something may be done now; what has come for a queued one waits until its turn comes.
    private func receive(_ events: UInt32, _ state: inout State) -> Bool {
        guard state.token != nil, !state.isQueued else { return false }
        let isBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if state.watched & EPOLLIN.rawValue != 0, events & EPOLLIN.rawValue != 0 || isBroken {
            read(&state.connection)
        } else if isBroken {
            state.connection.fail(at: loop.moment.nanoseconds)
        }
        return begin(&state)
    }

    /// Whether there is something to be read that is not the client's end.
    private var hasBytes: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) > 0
    }

    private func read(_ connection: inout Connection) {
        if let gathered = connection.gathered, server.isFull, hasBytes, !server.mayRead(self, after: gathered) {
            return connection.holdBack(at: loop.moment.nanoseconds)
        }
        let buffer = loop.readBuffer
        let count = recv(descriptor, buffer.baseAddress, min(buffer.count, connection.mostRead), 0)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            connection.receive(bytes, at: loop.moment.nanoseconds)
        } else if count == 0 {
            connection.receiveEnd()
        } else if errno != EAGAIN, errno != EINTR {
            connection.fail(at: loop.moment.nanoseconds)
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
        return state.connection.expire(at: moment) { response(for: $0, Refusal.late) }
    }

    /// - Returns: false when a pass is under way already, which does what is to be done.
    private func begin(_ state: inout State) -> Bool {
        if state.isAdvancing || state.token == nil { return false }
        state.isAdvancing = true
        let requests = state.isQueued ? 0 : loop.isLate ? 1 : Turn.usual
        state.connection.beginTurn(requests, at: loop.moment.nanoseconds)
        return true
    }

    /// What to do next; nil when all that can be done is done, written and waited for.
    private func step(_ state: inout State) -> Connection.Action? {
        let moment = loop.moment
        repeat {
            if let action = state.connection.next(at: moment) { return action }
            count(&state.connection)
        } while state.token != nil && state.connection.hasOutput && write(&state.connection, at: moment.nanoseconds)
        state.isAdvancing = false
        guard let token = state.token else { return nil }
        if !state.connection.notices.isEmpty { tellOfSent(&state.connection) }
        if !state.isQueued, state.connection.wantsTurn(at: moment.nanoseconds) {
            state.isQueued = true
            loop.queue(token)
        }
        wait(&state, token)
        return nil
    }

    /// - Returns: whether something was written, so that there may be room for more.
    private func write(_ connection: inout Connection, at now: UInt64) -> Bool {
        let pending = connection.output.count
        let written = connection.output.withBytes { send(descriptor, $0.baseAddress, pending, Int32(MSG_NOSIGNAL)) }
        if written >= 0 {
            connection.wrote(written, at: now)
            if !connection.unsent.isEmpty { logSent(&connection, at: now) }
            // The socket's buffer is full: asking again at once would only say so.
            return written == pending
        }
        if errno == EINTR { return true }
        if errno != EAGAIN {
            connection.fail(at: now)
            return true
        }
        return false
    }

    /// Before the answers go out: who has seen one must find it counted.
    private func count(_ connection: inout Connection) {
        let server = server
        connection.takeAnswers { server.answered($0) }
        if connection.refusal != nil, let refusal = connection.takeRefusal() {
            server.refused(refusal, peer: peer.host)
        }
    }

    private func logSent(_ connection: inout Connection, at now: UInt64) {
        let (server, peer) = (server, peer.host)
        connection.takeSent(at: now) { server.log($0, $1, peer: peer) }
    }

    private func wait(_ state: inout State, _ token: EventLoop.Token) {
        let held = state.connection.held
        if held != state.held {
            server.holds(self, held - state.held)
            state.held = held
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
