import Foundation

/// An address as the socket calls want it.
struct SocketAddress {
    private let bytes: [UInt8]
    private let family: Int32

    static func loopback(port: UInt16) -> SocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return SocketAddress(bytes: withUnsafeBytes(of: &address) { Array($0) }, family: AF_INET)
    }

    static func unix(path: String) -> SocketAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return SocketAddress(bytes: withUnsafeBytes(of: &address) { Array($0) }, family: AF_UNIX)
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
