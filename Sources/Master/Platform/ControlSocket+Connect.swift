internal import CLinux
internal import Contract
package import Linux
import Glibc

extension ControlSocket {
    /// An operator's end, which waits when it reads.
    /// - Parameter time: for a place in the queue of a server that takes nobody from it.
    /// - Throws: EAGAIN when there was none in that time.
    package static func connect(_ path: String, atMost time: Duration) throws(SystemError) -> FileDescriptor {
        guard path.utf8.count <= BindAddress.longestPath else { throw SystemError("connect", errno: ENAMETOOLONG) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        var limit = timeval(tv_sec: Int(time.components.seconds), tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = try check("connect") { UnixAddress.connect(number, to: path) }
        return socket
    }

    /// Readable when the process of the other end has ended; nil when it is gone already, or not to be seen from here.
    package static func server(of stream: Int32) -> FileDescriptor? {
        guard let peer = PeerCredentials.of(stream), peer.pid > 0 else { return nil }
        let number = brigade_pidfd_open(peer.pid)
        return number < 0 ? nil : FileDescriptor(owning: number)
    }
}
