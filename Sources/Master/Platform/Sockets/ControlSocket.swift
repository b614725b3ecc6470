internal import CLinux
import Contract
import Glibc
package import Linux
internal import SystemPackage

/// Where a master is asked how it does, and told what to do.
package enum ControlSocket {
    /// A unix socket that does not block, and that nobody but this user can connect to.
    package static func open(_ path: String) throws(ListenError) -> ListeningSocket {
        let address: BindAddress
        do {
            address = try BindAddress("unix:\(path)")
        } catch {
            throw ListenError("cannot listen on \(path): \(error); choose another path with --control")
        }
        let socket = try ListeningSocket.open(address, backlog: backlog, mode: 0o600, choosing: "--control")
        socket.stopBlocking()
        return socket
    }

    private static let backlog = 16
}

extension ControlSocket {
    /// An operator's end, which waits when it reads.
    /// - Parameter time: for a place in the queue of a server that takes nobody from it.
    /// - Throws: EAGAIN when there was none in that time.
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

    /// Readable when the process of the other end has ended; nil when it is gone already, or not to be seen from here.
    package static func server(of stream: Int32) -> OwnedDescriptor? {
        guard let peer = PeerCredentials.of(stream), peer.pid > 0 else { return nil }
        let number = brigade_pidfd_open(peer.pid)
        return number < 0 ? nil : OwnedDescriptor(owning: number)
    }
}

/// Who is at the other end of a unix socket: as it was when they connected (SO_PEERCRED, unix(7)).
package struct PeerCredentials: Equatable {
    package let pid: Int32
    package let uid: UInt32
    package let gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    /// Nil when that is no connected unix socket.
    package static func of(_ descriptor: Int32) -> PeerCredentials? {
        var pid = pid_t(0)
        var uid = uid_t(0)
        var gid = gid_t(0)
        guard brigade_peer_credentials(descriptor, &pid, &uid, &gid) == 0, pid > 0 else { return nil }
        return PeerCredentials(pid: pid, uid: uid, gid: gid)
    }
}
