internal import CLinux
package import Contract
import Glibc

extension ControlSocket {
    /// An operator's end, which waits when it reads.
    package static func connect(_ path: String) throws(SystemError) -> FileDescriptor {
        guard path.utf8.count <= BindAddress.longestPath else { throw SystemError("connect", errno: ENAMETOOLONG) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        _ = try check("connect") { UnixAddress.with(path: path) { Glibc.connect(number, $0, $1) } }
        return socket
    }

    /// Readable when the process of the other end has ended; nil when it is gone already, or not to be seen from here.
    package static func server(of stream: Int32) -> FileDescriptor? {
        guard let peer = PeerCredentials.of(stream), peer.pid > 0 else { return nil }
        let number = brigade_pidfd_open(peer.pid)
        return number < 0 ? nil : FileDescriptor(owning: number)
    }
}
