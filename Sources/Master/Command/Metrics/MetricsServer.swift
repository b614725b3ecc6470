import Contract
import Glibc
import Linux
import Platform

/// The metrics address and its clients, in the master's event loop: nothing here blocks.
final class MetricsServer {
    /// A request, and the client that gets the answer.
    typealias ReceivedRequest = (client: Int, request: HTTPRequest)

    /// More wait in the socket's queue.
    private static let maxClients = 16
    private static let backlog = 64
    /// In bytes: no client keeps the master from the others.
    private static let largestRead = 4096
    private static let largestWrite = 1 << 17

    private final class Client {
        let number: Int
        let stream: OwnedDescriptor
        var session: HTTPSession

        init(_ number: Int, _ stream: consuming OwnedDescriptor, _ session: HTTPSession) {
            self.number = number
            self.stream = stream
            self.session = session
        }
    }

    private(set) var listener: ListeningSocket
    private let mode: Int
    private let owner: Credentials?
    private var clients: [Client] = []
    private var count = 0

    /// - Parameters:
    ///   - listener: it does not block.
    ///   - mode: of a unix socket's file.
    ///   - owner: of a unix socket's file; nil is this process's user.
    init(_ listener: ListeningSocket, mode: Int, owner: Credentials?) {
        self.listener = listener
        self.mode = mode
        self.owner = owner
    }

    convenience init(opening address: BindAddress, mode: Int, owner: Credentials?) throws(ListenError) {
        self.init(try Self.open(address, mode, owner), mode: mode, owner: owner)
    }

    private static func open(
        _ address: BindAddress, _ mode: Int, _ owner: Credentials?
    ) throws(ListenError) -> ListeningSocket {
        let listener = try ListeningSocket.open(address, backlog: backlog, mode: mode, choosing: "--metrics-bind")
        listener.setNonBlocking()
        guard let owner else { return listener }
        do {
            try listener.setOwner(user: owner.user, group: owner.group)
        } catch {
            throw ListenError("\(address) cannot be given to its user: \(error)")
        }
        return listener
    }

    /// Opens a new socket if the file of a unix socket was removed.
    /// - Returns: whether it was.
    func restoreName() throws(ListenError) -> Bool {
        guard !listener.isFound else { return false }
        listener = try Self.open(listener.address, mode, owner)
        return true
    }

    /// What to poll for: the listener and each client, in the order that `handle` expects.
    var interests: [Poll.Interest] {
        [Poll.Interest(listener.descriptor, reads: canAccept)]
            + clients.map {
                Poll.Interest($0.stream.number, reads: $0.session.readsInput, writes: !$0.session.output.isEmpty)
            }
    }

    /// When there are too many clients, one that waits for nothing makes room.
    private var canAccept: Bool { clients.count < Self.maxClients || clients.contains { $0.session.isIdle } }

    /// When the next client has taken too long, or its next request is here already.
    var nextDeadline: Duration? {
        clients.compactMap { $0.session.hasUnreadInput ? .zero : $0.session.deadline }.min()
    }

    /// Accepts, reads and writes what is possible now, and closes clients that have taken too long.
    /// - Parameter readiness: of `interests`, by index.
    /// - Returns: the requests to answer, at most one of each client.
    func handle(_ readiness: [Poll.Readiness], at now: Duration) -> [ReceivedRequest] {
        var gone: Set<Int> = []
        for one in readiness where one.index > 0 && one.index <= clients.count {
            let client = clients[one.index - 1]
            if one.isWritable { write(client, at: now) }
            if one.isReadable, !read(client, at: now) { gone.insert(client.number) }
        }
        clients.removeAll { client in
            gone.contains(client.number) || client.session.isOver
                || client.session.deadline.map { $0 <= now } ?? false
        }
        if readiness.contains(where: { $0.index == 0 }) { accept(at: now) }
        var requests: [ReceivedRequest] = []
        for client in clients {
            if let request = client.session.next(at: now, time: Self.time) {
                requests.append((client.number, request))
            } else if !client.session.output.isEmpty {
                write(client, at: now)
            }
        }
        return requests
    }

    /// No effect if the client is gone.
    func answer(_ number: Int, _ answer: HTTPAnswer, at now: Duration) {
        guard let client = clients.first(where: { $0.number == number }) else { return }
        client.session.answer(answer, at: now, time: Self.time)
        write(client, at: now)
    }

    private static var time: Int { Glibc.time(nil) }

    private func accept(at now: Duration) {
        // No more at once than there can be: a client that connects again and again must not keep the master here.
        for _ in 0..<Self.maxClients where canAccept {
            guard let stream = listener.accept() else { return }
            if clients.count >= Self.maxClients {
                let idlest = clients.indices.filter { clients[$0].session.isIdle }
                    .min { clients[$0].session.lastRequest < clients[$1].session.lastRequest }
                if let idlest { clients.remove(at: idlest) }
            }
            count += 1
            clients.append(Client(count, stream, HTTPSession(at: now)))
        }
    }

    /// - Returns: whether the client is still there.
    private func read(_ client: Client, at now: Duration) -> Bool {
        // Readable although not asked for: a hangup (poll(2)).
        guard client.session.readsInput else { return false }
        switch StreamSocket.read(client.stream.number, upTo: Self.largestRead) {
        case .bytes(let bytes): client.session.receive(bytes, at: now)
        case .wouldBlock: break
        case .end:
            client.session.inputEnded()
            return !client.session.isOver
        }
        return true
    }

    /// As much as the socket takes now. Of a client that is gone, the next read says so.
    private func write(_ client: Client, at now: Duration) {
        while !client.session.output.isEmpty {
            switch StreamSocket.write(client.stream.number, client.session.output.prefix(Self.largestWrite)) {
            case .count(let count):
                client.session.sent(count, at: now)
                if client.session.isLingering { shutdown(client.stream.number, Int32(SHUT_WR)) }
            case .wouldBlock, .end: return
            }
        }
    }
}
