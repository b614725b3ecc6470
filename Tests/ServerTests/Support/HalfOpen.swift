import Foundation

/// A connection that nobody has accepted, begun and not waited for.
final class HalfOpen {
    private let descriptor: Int32

    init(port: UInt16) throws {
        let address = SocketAddress.loopback(port: port)
        descriptor = address.socket()
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        guard address.with({ [descriptor] in connect(descriptor, $0, $1) }) == 0 || errno == EINPROGRESS else {
            throw ChildProcess.Failure(description: "connect: \(errno)")
        }
    }

    deinit {
        close(descriptor)
    }
}
