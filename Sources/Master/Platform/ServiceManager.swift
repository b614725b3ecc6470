internal import CLinux
internal import Contract
package import Linux
import Glibc

/// Whoever started this process and wants to know how it does (sd_notify(3)).
///
/// Nobody waits for an answer, and a manager that does not read is no reason to stop: what finds no room is kept, in
/// order and each kind once, until `flush` finds some.
package final class ServiceManager {
    /// The variable that names its socket; no child gets it.
    package static let variable = "NOTIFY_SOCKET"

    private let socket: FileDescriptor?
    private let name: String
    private var pending: [ServiceMessage] = []

    /// - Parameter name: the value of `NOTIFY_SOCKET`, a path or `@` and an abstract name; nil when nobody asks.
    /// - Throws: EINVAL when there can be no such socket.
    package init(name: String?) throws(SystemError) {
        self.name = name ?? ""
        guard let name, !name.isEmpty else {
            socket = nil
            return
        }
        guard name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count <= BindAddress.longestPath else {
            throw SystemError(Self.variable, errno: EINVAL)
        }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        socket = FileDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
    }

    /// Whether something waits for room: then `flush` is to be called again, some time later.
    package var hasPending: Bool { !pending.isEmpty }

    /// Sends what has waited, as far as there is room.
    package func flush() {
        while let message = pending.first, transmit(message) { pending.removeFirst() }
    }

    /// In its turn behind what waits already.
    func send(_ message: ServiceMessage) {
        flush()
        if pending.isEmpty, transmit(message) { return }
        pending.removeAll { $0.isOvertaken(by: message) }
        pending.append(message.kept())
    }

    /// - Returns: false when there is no room. A manager that is gone has room for everything.
    private func transmit(_ message: ServiceMessage) -> Bool {
        let descriptor: Int32
        switch socket {
        case .some(let socket): descriptor = socket.number
        case .none: return true
        }
        let bytes = Array(message.text.utf8)
        while UnixAddress.send(bytes, message.descriptor, by: descriptor, to: name) < 0 {
            if errno != EINTR { return errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM }
        }
        return true
    }
}
