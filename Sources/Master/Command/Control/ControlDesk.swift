import Contract
import Linux
import Glibc
import Platform

/// The control socket and its clients, in the master's own loop: nothing here waits, and no client is waited for.
final class ControlDesk {
    /// A request that has come, and who is to get the reply.
    typealias Request = (client: Int, request: ControlRequest)

    /// More at once is nobody's wish: the next one waits in the socket's queue. Who waits for a reload does not keep
    /// others from asking how it goes.
    private static let mostClients = 16
    private static let mostWaiting = 128

    private final class Client {
        let number: Int
        let stream: OwnedDescriptor
        var session: ControlSession
        /// It sends no more, and may still wait for its reply.
        var isSilent = false

        /// Its connection is closed, and not only its side of it: it would not read a reply.
        var isGone: Bool { !Poll.wait(for: [Poll.Interest(stream.number, reads: false)], atMost: .zero).isEmpty }

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

    /// What to wait for: the listener and each client, in the order of `handle`.
    var interests: [Poll.Interest] {
        return [Poll.Interest(listener.descriptor, reads: !isFull)]
            + clients.map {
                Poll.Interest($0.stream.number, reads: !$0.isSilent, writes: !$0.session.output.isEmpty)
            }
    }

    private var isFull: Bool {
        clients.count { !$0.session.isWaiting } >= Self.mostClients || clients.count >= Self.mostWaiting
    }

    /// When somebody has stalled for too long.
    var nextDeadline: Duration? { clients.compactMap(\.session.deadline).min() }

    /// Accepts, reads and writes what can be done now, and closes what has stalled.
    /// - Parameters:
    ///   - readiness: of `interests`, by index.
    ///   - gone: called for each client that does not wait any more.
    ///   - dropped: called for each request whose client was gone before it was read, as those of a time in which this
    ///     process was stopped may be: who asked was told that nobody answers, and does not expect it to be done.
    /// - Returns: the requests that have come.
    func handle(_ readiness: [Poll.Readiness], at now: Duration, gone: (Int) -> Void, dropped: (ControlRequest) -> Void)
        -> [Request]
    {
        var requests: [Request] = []
        for one in readiness where one.index > 0 && one.index <= clients.count {
            let client = clients[one.index - 1]
            if one.isReadable, let request = read(client, at: now) {
                if client.isGone {
                    lost.insert(client.number)
                    dropped(request)
                } else {
                    requests.append((client.number, request))
                }
            }
            if one.isWritable { write(client) }
        }
        if readiness.contains(where: { $0.index == 0 }) { accept(at: now) }
        for client in clients where client.session.isOver || client.session.deadline.map({ $0 <= now }) ?? false {
            lost.insert(client.number)
        }
        for number in lost { gone(number) }
        clients.removeAll { lost.contains($0.number) }
        lost = []
        return requests.filter { request in clients.contains { $0.number == request.client } }
    }

    /// Those who tidy up temporary folders remove sockets too: then another one takes the name.
    /// - Returns: whether one had to.
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

    /// Clients whose connection has ended, found while others are still looked at.
    private var lost: Set<Int> = []

    /// Whoever may signal this process may ask it: the same user, or root. Others are not answered.
    private func accept(at now: Duration) {
        while !isFull, let stream = listener.accept() {
            guard let peer = PeerCredentials.of(stream.number), peer.uid == geteuid() || peer.uid == 0 else { continue }
            count += 1
            clients.append(Client(count, stream, ControlSession(at: now)))
        }
    }

    private func read(_ client: Client, at now: Duration) -> ControlRequest? {
        // What is not asked for and comes all the same is a hangup (poll(2)).
        guard !client.isSilent else {
            lost.insert(client.number)
            return nil
        }
        switch StreamSocket.read(client.stream.number, upTo: 256) {
        case .bytes(let bytes):
            if case .perform(let request) = client.session.receive(bytes, at: now) { return request }
            write(client)
        case .wouldBlock: break
        case .end:
            // `printf status | nc -U` ends its side at once.
            client.isSilent = true
            if !client.session.hasAsked { lost.insert(client.number) }
        }
        return nil
    }

    private func write(_ client: Client) {
        while !client.session.output.isEmpty {
            switch StreamSocket.write(client.stream.number, client.session.output) {
            case .count(let count): client.session.sent(count)
            case .wouldBlock: return
            case .end:
                lost.insert(client.number)
                return
            }
        }
    }
}
