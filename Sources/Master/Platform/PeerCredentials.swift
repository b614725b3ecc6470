internal import CLinux
import Glibc

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
