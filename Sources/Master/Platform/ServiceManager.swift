internal import CLinux
package import Contract
import Glibc

/// Whoever started this process and wants to know how it does (sd_notify(3)).
package struct ServiceManager: ~Copyable {
    /// The variable that names its socket; no child gets it.
    package static let variable = "NOTIFY_SOCKET"

    private let socket: FileDescriptor?
    private let name: String

    /// - Parameter name: the value of `NOTIFY_SOCKET`, a path or `@` and an abstract name; nil when nobody asks.
    /// - Throws: EINVAL when there can be no such socket.
    package init(name: String?) throws(SystemError) {
        self.name = name ?? ""
        guard let name, !name.isEmpty else {
            socket = nil
            return
        }
        guard name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count <= UnixAddress.longestPath else {
            throw SystemError(Self.variable, errno: EINVAL)
        }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        socket = FileDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
    }

    /// The server serves.
    package func ready(status: String) {
        send("READY=1\nMAINPID=\(getpid())\nSTATUS=\(status)")
    }

    /// A reload begins; `ready` says that it is over, whatever came of it.
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.nanoseconds / 1000)\nSTATUS=reloading")
    }

    package func stopping() {
        send("STOPPING=1\nSTATUS=stopping")
    }

    package func status(_ text: String) {
        send("STATUS=\(text)")
    }

    /// Nobody waits for an answer, and a manager that does not read is no reason to stop.
    private func send(_ message: String) {
        let descriptor: Int32
        switch socket {
        case .some(let socket): descriptor = socket.number
        case .none: return
        }
        let bytes = Array(message.utf8)
        UnixAddress.with(path: name) { address, length in
            _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
        }
    }
}
