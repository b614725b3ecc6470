internal import CLinux
import Contract
import Glibc
package import Linux
internal import SystemPackage

/// Notifies systemd, or another service manager, of this process's state (sd_notify(3)).
///
/// It never blocks. If the manager does not read, messages are queued in order, each kind once, until `flush` can send them.
package final class ServiceManager {
    /// The variable with the path of its socket. Children do not get it.
    package static let variable = "NOTIFY_SOCKET"

    private let socket: OwnedDescriptor?
    private let name: String
    private var pending: [ServiceMessage] = []

    /// - Parameter name: the value of `NOTIFY_SOCKET`, a path or `@` and an abstract name; nil if it is not set.
    /// - Throws: EINVAL if it is not the name of a socket.
    package init(name: String?) throws(SystemError) {
        self.name = name ?? ""
        guard let name, !name.isEmpty else {
            socket = nil
            return
        }
        guard name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count <= BindAddress.longestPath else {
            throw SystemError(Self.variable, errno: .invalidArgument)
        }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        socket = OwnedDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
    }

    /// Whether messages are queued. Then call `flush` again later.
    package var hasPending: Bool { !pending.isEmpty }

    /// Sends queued messages while there is room.
    package func flush() {
        while let message = pending.first, transmit(message) { pending.removeFirst() }
    }

    /// Sends a message after those that are queued.
    func send(_ message: ServiceMessage) {
        flush()
        if pending.isEmpty, transmit(message) { return }
        pending.removeAll { $0.isReplaced(by: message) }
        pending.append(message.withOwnDescriptor())
    }

    /// - Returns: false if there is no room. If the manager is gone, the message is dropped and the result is true.
    private func transmit(_ message: ServiceMessage) -> Bool {
        let descriptor: Int32
        switch socket {
        case .some(let socket): descriptor = socket.number
        case .none: return true
        }
        let bytes = Array(message.text.utf8)
        while UnixSocketAddress.send(bytes, message.descriptor, by: descriptor, to: name) < 0 {
            if errno != EINTR { return errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM }
        }
        return true
    }
}

extension ServiceManager {
    /// The server is ready.
    package func ready(status: String) {
        send(ServiceMessage(.ready, ["READY=1", "MAINPID=\(getpid())"], status: status))
    }

    /// A reload begins. `ready` ends it, also after a failed reload.
    package func reloading() {
        let time = MonotonicClock.nanoseconds / 1000
        send(ServiceMessage(.reloading, ["RELOADING=1", "MONOTONIC_USEC=\(time)"], status: "reloading"))
    }

    package func stopping() {
        send(ServiceMessage(.stopping, ["STOPPING=1"], status: "stopping"))
    }

    /// A line for people.
    package func status(_ text: String) {
        send(ServiceMessage(.status, [], status: text))
    }

    /// Call it more often than the time of `watchdog`.
    package func alive() {
        send(ServiceMessage(.alive, ["WATCHDOG=1"]))
    }

    /// Extends the timeout of the current start, reload or stop to this much from now.
    package func extend(by time: Duration) {
        let (seconds, attoseconds) = time.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        send(ServiceMessage(.extend, ["EXTEND_TIMEOUT_USEC=\(microseconds)"]))
    }

    /// Stores a copy of the socket in the manager. After a crash and restart `Activation` returns it.
    /// - Parameter name: the listener's `storeName`.
    package func store(_ listener: ListeningSocket, name: String) {
        send(ServiceMessage(.store(name), ["FDSTORE=1", "FDNAME=\(name)"], borrowing: listener.descriptor))
    }

    /// Removes the copy.
    package func forget(name: String) {
        send(ServiceMessage(.forget(name), ["FDSTOREREMOVE=1", "FDNAME=\(name)"]))
    }

    /// The longest time between two calls of `alive`; nil if the watchdog is off (sd_watchdog_enabled(3)).
    package static func watchdog(_ environment: [String: String]) -> Duration? {
        if let pid = environment["WATCHDOG_PID"], pid != String(getpid()) { return nil }
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init), microseconds > 0 else { return nil }
        return .microseconds(microseconds)
    }
}

/// One message to the service manager.
final class ServiceMessage {
    enum Kind: Equatable {
        case ready, reloading, stopping, status, alive, extend
        case store(String)
        case forget(String)
    }

    let kind: Kind
    let text: String
    /// Is sent with the text; -1 for none.
    let descriptor: Int32
    private let hasStatus: Bool
    /// Keeps the descriptor open when its owner closes it.
    private let copy: OwnedDescriptor?

    init(_ kind: Kind, _ lines: [String], status: String? = nil, borrowing descriptor: Int32 = -1) {
        self.kind = kind
        // Each line is an assignment, so a status must stay on one line.
        let status = status.map { ["STATUS=" + $0.split(whereSeparator: \.isNewline).joined(separator: " ")] } ?? []
        text = (lines + status).joined(separator: "\n")
        hasStatus = !status.isEmpty
        self.descriptor = descriptor
        copy = nil
    }

    private init(keeping message: ServiceMessage, _ copy: Int32) {
        kind = message.kind
        text = message.text
        hasStatus = message.hasStatus
        descriptor = copy
        self.copy = OwnedDescriptor(owning: copy)
    }

    /// A copy that can be queued: it owns its descriptor.
    func withOwnDescriptor() -> ServiceMessage {
        guard descriptor >= 0 else { return self }
        let number = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return number < 0 ? self : ServiceMessage(keeping: self, number)
    }

    /// Whether the next message makes this one unnecessary. A status that is part of another message stays with it.
    func isReplaced(by next: ServiceMessage) -> Bool {
        switch (kind, next.kind) {
        case (.status, _): next.hasStatus
        case (.store(let name), .forget(let other)): name == other
        default: kind == next.kind
        }
    }
}
