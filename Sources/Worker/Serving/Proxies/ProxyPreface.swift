internal import CLinux
internal import Linux
import Glibc
import Logging

/// A connection that begins with the header of the PROXY protocol, until that has come. Then it becomes a `ClientSocket`.
@LoopActor final class ProxyPreface: EventSource {
    let peer: SocketAddress
    private let descriptor: Int32
    private let authority: String
    private let server: Server
    private let loop = EventLoop.shared
    private var parser = ProxyHeaderParser()
    /// Nil before `open` and after the end.
    private var token: EventLoop.Token?
    private var deadline: UInt64

    /// Takes over an open socket.
    /// - Parameter authority: host and port of the listening address.
    init(owning descriptor: Int32, peer: SocketAddress, authority: String, server: Server) {
        self.descriptor = descriptor
        self.peer = peer
        self.authority = authority
        self.server = server
        deadline = loop.time.nanoseconds + server.timeouts.head
    }

    func open() {
        let token = loop.add(self)
        self.token = token
        do {
            try loop.watch(descriptor, for: EPOLLIN.rawValue, token)
        } catch {
            server.log.error("a connection cannot be watched", metadata: ["error": "\(error)"])
            return close()
        }
        loop.schedule(token, at: deadline)
        // It is often there already.
        ready(EPOLLIN.rawValue)
    }

    /// The worker drains: the time for the header is that for one more request.
    func drain() {
        guard let token else { return }
        deadline = min(deadline, loop.time.nanoseconds + server.timeouts.drainGrace)
        loop.schedule(token, at: deadline)
    }

    func close() {
        guard end() else { return }
        server.prefaceClosed(self, descriptor)
    }

    /// - Returns: false if it has ended before.
    private func end() -> Bool {
        guard let token = token.take() else { return false }
        loop.remove(token)
        return true
    }

    func deadlineReached() {
        if loop.time.nanoseconds >= deadline { reject("the PROXY header took too long") }
    }

    /// Looks at what has come, and takes only what belongs to the header.
    func ready(_ events: UInt32) {
        guard token != nil else { return }
        let buffer = UnsafeMutableRawBufferPointer(rebasing: loop.readBuffer[..<ProxyHeaderParser.maxBinary])
        let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK))
        guard count > 0 else {
            if count == 0 { return reject("closed before the PROXY header") }
            if errno != EAGAIN, errno != EINTR { close() }
            return
        }
        switch parser.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        case .incomplete: take(count, buffer)
        case .invalid(let reason): reject(reason)
        case .complete(let header, let length):
            take(length, buffer)
            guard end() else { return }
            loop.unwatch(descriptor)
            server.headerReceived(header, by: self, descriptor, authority: authority)
        }
    }

    private func take(_ count: Int, _ buffer: UnsafeMutableRawBufferPointer) {
        _ = recv(descriptor, buffer.baseAddress, count, 0)
    }

    /// Any client of the machine can cause it, so it is logged at level `debug` only.
    private func reject(_ reason: StaticString) {
        server.log.debug(
            "connection closed: invalid PROXY header", metadata: ["reason": "\(reason)", "peer": "\(peer.host)"])
        close()
    }
}
