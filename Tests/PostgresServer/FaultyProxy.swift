import Glibc
import Serving
import Synchronization

/// A TCP proxy in front of a server that can be made to misbehave, for connections that exist and for new ones.
package final class FaultyProxy: Sendable {
    package enum Mode: Equatable, Sendable {
        case forwarding
        /// Each piece of the server's answer is this late, in milliseconds.
        case delaying(UInt32)
        /// It accepts connections and bytes, and is silent.
        case stalled
        /// It answers with bytes that are no protocol.
        case nonsense
        /// It closes connections at once.
        case refusing
    }

    package let port: UInt16
    private let upstream: UInt16
    private let listener: Int32
    private let mode = Mutex(Mode.forwarding)
    private let accepted = Mutex(0)
    private let received = Mutex(0)

    /// - Parameter upstream: a port of 127.0.0.1.
    package init(to upstream: UInt16) {
        self.upstream = upstream
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(listener, address, length) == 0)
                getsockname(listener, address, &length)
            }
        }
        precondition(listen(listener, 100) == 0)
        port = UInt16(bigEndian: address.sin_port)
        LoopActor.detachThread("proxy") { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                guard let self else {
                    Glibc.close(client)
                    break
                }
                serve(client, upstream)
            }
            Glibc.close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    package func set(_ new: Mode) {
        mode.withLock { $0 = new }
    }

    /// How many connections have come.
    package var connections: Int { accepted.withLock { $0 } }

    /// How often something was read from clients: a packet on the loopback device is one piece, unless it is huge.
    package var pieces: Int { received.withLock { $0 } }

    private func serve(_ client: Int32, _ upstream: UInt16) {
        accepted.withLock { $0 += 1 }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: upstream)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let ends = Ends(client: client, server: server)
        if code != 0 || mode.withLock({ $0 == .refusing }) { return ends.close() }
        LoopActor.detachThread("proxy") { [weak self] in
            Self.pump(self, from: client, to: server, isAnswer: false, ends)
        }
        LoopActor.detachThread("proxy") { [weak self] in Self.pump(self, from: server, to: client, isAnswer: true, ends)
        }
    }

    /// Both sockets, closed when both threads have ended.
    private final class Ends: Sendable {
        let client: Int32
        let server: Int32

        init(client: Int32, server: Int32) {
            (self.client, self.server) = (client, server)
        }

        func close() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        }

        deinit {
            Glibc.close(client)
            Glibc.close(server)
        }
    }

    private static func pump(_ proxy: FaultyProxy?, from: Int32, to: Int32, isAnswer: Bool, _ ends: Ends) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        defer { ends.close() }
        while true {
            let count = read(from, &bytes, bytes.count)
            guard count > 0, let proxy else { return }
            if !isAnswer { proxy.received.withLock { $0 += 1 } }
            var mode = proxy.mode.withLock { $0 }
            while mode == .stalled {
                usleep(5000)
                mode = proxy.mode.withLock { $0 }
            }
            switch mode {
            case .forwarding, .stalled: break
            case .delaying(let milliseconds): if isAnswer { usleep(milliseconds * 1000) }
            case .nonsense:
                let garbage = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
                send(ends.client, garbage, garbage.count, Int32(MSG_NOSIGNAL))
                continue
            case .refusing: return
            }
            var sent = 0
            while sent < count {
                let part = bytes[sent..<count].withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard part > 0 else { return }
                sent += part
            }
        }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }
}
