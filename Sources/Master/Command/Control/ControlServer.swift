import Contract
import Linux
import Glibc
import Platform

/// The control socket and its clients, in the master's event loop: nothing here blocks.
final class ControlServer {
    /// A request, and the client that gets the reply.
    typealias ReceivedRequest = (client: Int, request: ControlRequest)

    /// More clients wait in the socket's queue. Those that wait for a result count apart, so that others can still ask for
    /// the status.
    private static let maxActiveClients = 16
    private static let maxClients = 128

    private final class Client {
        let number: Int
        let stream: OwnedDescriptor
        var session: ControlSession
        /// It has closed its side, and may still wait for its reply.
        var hasFinishedSending = false

        /// Both sides of the connection are closed: it would not read a reply.
        var isClosed: Bool { !Poll.wait(for: [Poll.Interest(stream.number, reads: false)], atMost: .zero).isEmpty }

        init(_ number: Int, _ stream: consuming OwnedDescriptor, _ session: ControlSession) {
            self.number = number
            self.stream = stream
            self.session = session
        }
    }

    private(set) var listener: ListeningSocket
    private var clients: [Client] = []
    private var count = 0

    init(_ listener: ListeningSocket) {
        self.listener = listener
    }

    /// What to poll for: the listener and each client, in the order that `handle` expects.
    var interests: [Poll.Interest] {
        [Poll.Interest(listener.descriptor, reads: !isFull)]
            + clients.map {
                Poll.Interest($0.stream.number, reads: !$0.hasFinishedSending, writes: !$0.session.output.isEmpty)
            }
    }

    private var isFull: Bool {
        clients.count { !$0.session.isWaiting } >= Self.maxActiveClients || clients.count >= Self.maxClients
    }

    /// When the next client has taken too long.
    var nextDeadline: Duration? { clients.compactMap(\.session.deadline).min() }

    /// Accepts, reads and writes what is possible now, and closes clients that have taken too long.
    /// - Parameters:
    ///   - readiness: of `interests`, by index.
    ///   - gone: called for each client that does not wait any more.
    ///   - dropped: called for each request whose client had closed its connection before the request was read. That
    ///     happens while this process is stopped (SIGSTOP): the client was told that nobody answers, and does not expect
    ///     the request to be performed.
    /// - Returns: the requests to perform.
    func handle(_ readiness: [Poll.Readiness], at now: Duration, gone: (Int) -> Void, dropped: (ControlRequest) -> Void)
        -> [ReceivedRequest]
    {
        var requests: [ReceivedRequest] = []
        for one in readiness where one.index > 0 && one.index <= clients.count {
            let client = clients[one.index - 1]
            if one.isReadable, let request = read(client, at: now) {
                if client.isClosed {
                    closed.insert(client.number)
                    dropped(request)
                } else {
                    requests.append((client.number, request))
                }
            }
            if one.isWritable { write(client) }
        }
        if readiness.contains(where: { $0.index == 0 }) { accept(at: now) }
        for client in clients where client.session.isOver || client.session.deadline.map({ $0 <= now }) ?? false {
            closed.insert(client.number)
        }
        for number in closed { gone(number) }
        clients.removeAll { closed.contains($0.number) }
        closed = []
        return requests.filter { request in clients.contains { $0.number == request.client } }
    }

    /// Opens a new socket if the file of the present one was removed, as cleaners of temporary directories do.
    /// - Returns: whether it was.
    func restoreName() throws(ListenError) -> Bool {
        guard case .unix(let path) = listener.address, !listener.isFound else { return false }
        listener = try ControlSocket.open(path)
        return true
    }

    func answer(_ number: Int, _ reply: ControlReply, at now: Duration) {
        guard let client = clients.first(where: { $0.number == number }) else { return }
        client.session.answer(reply, at: now)
        write(client)
        clients.removeAll { $0.session.isOver }
    }

    /// Clients whose connection has ended, to be removed at the end of `handle`.
    private var closed: Set<Int> = []

    /// Whoever may signal this process may ask it: the same user, or root. Others are closed.
    private func accept(at now: Duration) {
        while !isFull, let stream = listener.accept() {
            guard let peer = PeerCredentials.of(stream.number), peer.uid == geteuid() || peer.uid == 0 else { continue }
            count += 1
            clients.append(Client(count, stream, ControlSession(at: now)))
        }
    }

    private func read(_ client: Client, at now: Duration) -> ControlRequest? {
        // Readable although not asked for: a hangup (poll(2)).
        guard !client.hasFinishedSending else {
            closed.insert(client.number)
            return nil
        }
        switch StreamSocket.read(client.stream.number, upTo: 256) {
        case .bytes(let bytes):
            if case .perform(let request) = client.session.receive(bytes, at: now) { return request }
            write(client)
        case .wouldBlock: break
        case .end:
            // `printf status | nc -U` closes its side at once.
            client.hasFinishedSending = true
            if !client.session.hasAsked { closed.insert(client.number) }
        }
        return nil
    }

    private func write(_ client: Client) {
        while !client.session.output.isEmpty {
            switch StreamSocket.write(client.stream.number, client.session.output) {
            case .count(let count): client.session.sent(count)
            case .wouldBlock: return
            case .end:
                closed.insert(client.number)
                return
            }
        }
    }
}
