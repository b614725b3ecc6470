import Foundation

/// An address as the socket calls want it.
struct LocalAddress {
    private let bytes: [UInt8]
    private let family: Int32

    static func loopback(port: UInt16) -> LocalAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return LocalAddress(bytes: withUnsafeBytes(of: &address) { Array($0) }, family: AF_INET)
    }

    static func unix(path: String) -> LocalAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return LocalAddress(bytes: withUnsafeBytes(of: &address) { Array($0) }, family: AF_UNIX)
    }

    func socket() -> Int32 {
        Foundation.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        bytes.withUnsafeBytes { call($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }

    /// A socket that is connected to it; -1 when nobody listens there.
    func connected() -> Int32 {
        let descriptor = socket()
        if with({ connect(descriptor, $0, $1) }) == 0 { return descriptor }
        close(descriptor)
        return -1
    }
}

/// A listening socket on 127.0.0.1, on a port that the kernel chose.
final class TestListener: Sendable {
    let descriptor: Int32
    let port: UInt16

    /// - Parameter backlog: how many connections may wait to be accepted, but for one more.
    init(backlog: Int32 = 128) throws {
        let address = LocalAddress.loopback(port: 0)
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

/// A connection that nobody has accepted, begun and not waited for.
final class UnacceptedConnection {
    private let descriptor: Int32

    init(port: UInt16) throws {
        let address = LocalAddress.loopback(port: port)
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
