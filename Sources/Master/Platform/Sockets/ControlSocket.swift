internal import CLinux
import Contract
import Glibc
package import Linux
internal import SystemPackage

/// The unix socket for `brigade status`, `reload` and the other control commands.
package enum ControlSocket {
    /// A non-blocking unix socket that only this user can connect to.
    package static func open(_ path: String) throws(ListenError) -> ListeningSocket {
        let address: BindAddress
        do {
            address = try BindAddress("unix:\(path)")
        } catch {
            throw ListenError("cannot listen on \(path): \(error); choose another path with --control")
        }
        let socket = try ListeningSocket.open(address, backlog: backlog, mode: 0o600, choosing: "--control")
        socket.setNonBlocking()
        return socket
    }

    private static let backlog = 16
}

extension ControlSocket {
    /// Connects as an operator. The socket blocks.
    /// - Parameter time: how long to wait for a place in the backlog.
    /// - Throws: EAGAIN if the backlog stays full for that time.
    package static func connect(_ path: String, atMost time: Duration) throws(SystemError) -> OwnedDescriptor {
        guard path.utf8.count <= BindAddress.longestPath else { throw SystemError("connect", errno: .fileNameTooLong) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = OwnedDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        var limit = timeval(tv_sec: Int(time.components.seconds), tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = try check("connect") { UnixSocketAddress.connect(number, to: path) }
        return socket
    }

    /// A descriptor that is readable when the peer process has ended; nil if it has ended already, or cannot be seen from here.
    package static func server(of stream: Int32) -> OwnedDescriptor? {
        guard let peer = PeerCredentials.of(stream), peer.pid > 0 else { return nil }
        let number = brigade_pidfd_open(peer.pid)
        return number < 0 ? nil : OwnedDescriptor(owning: number)
    }
}

/// The peer of a unix socket, at the time of connect (SO_PEERCRED, unix(7)).
package struct PeerCredentials: Equatable {
    package let pid: Int32
    package let uid: UInt32
    package let gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    /// Nil if it is not a connected unix socket.
    package static func of(_ descriptor: Int32) -> PeerCredentials? {
        var pid = pid_t(0)
        var uid = uid_t(0)
        var gid = gid_t(0)
        guard brigade_peer_credentials(descriptor, &pid, &uid, &gid) == 0, pid > 0 else { return nil }
        return PeerCredentials(pid: pid, uid: uid, gid: gid)
    }
}
