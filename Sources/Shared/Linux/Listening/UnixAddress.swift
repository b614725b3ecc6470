internal import Contract
internal import CLinux
import Glibc

/// The address of a unix socket (unix(7)).
package enum UnixAddress {
    /// connect(2).
    /// - Parameter path: at most `BindAddress.longestPath` bytes; a leading `@` stands for the NUL of an abstract name.
    package static func connect(_ socket: Int32, to path: String) -> Int32 {
        with(path: path) { Glibc.connect(socket, $0, $1) }
    }

    /// Sends a datagram, and a descriptor with it unless that is -1.
    package static func send(_ bytes: [UInt8], _ descriptor: Int32, by socket: Int32, to path: String) -> Int {
        with(path: path) { brigade_send(socket, $0, $1, bytes, bytes.count, descriptor) }
    }

    static func with<Result>(path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8.prefix(BindAddress.longestPath))
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // An abstract name is as long as the address says, NULs and all; a path has its NUL.
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
