import Foundation

/// A listening socket on 127.0.0.1, on a port that the kernel chose.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    let port: UInt16

    /// - Parameter backlog: how many connections may wait to be accepted, but for one more.
    init(backlog: Int32 = 128) throws {
        let address = SocketAddress.loopback(port: 0)
        descriptor = address.socket()
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        guard address.with({ [descriptor] in bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0 else {
            throw ChildProcess.Failure(description: "bind: \(errno)")
        }
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &bound) { [descriptor] pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = UInt16(bigEndian: bound.sin_port)
    }

    deinit {
        close(descriptor)
    }
}
