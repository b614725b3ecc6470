internal import CLinux
import Contract
import Glibc
package import Linux
internal import SystemPackage

/// Whoever started this process and wants to know how it does (sd_notify(3)).
///
/// Nobody waits for an answer, and a manager that does not read is no reason to stop: what finds no room is kept, in
/// order and each kind once, until `flush` finds some.
package final class ServiceManager {
    /// The variable that names its socket; no child gets it.
    package static let variable = "NOTIFY_SOCKET"

    private let socket: OwnedDescriptor?
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
            throw SystemError(Self.variable, errno: .invalidArgument)
        }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        socket = OwnedDescriptor(owning: try check("socket") { Glibc.socket(AF_UNIX, type, 0) })
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
        while UnixSocketAddress.send(bytes, message.descriptor, by: descriptor, to: name) < 0 {
            if errno != EINTR { return errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM }
        }
        return true
    }
}

extension ServiceManager {
    /// The server serves.
    package func ready(status: String) {
        send(ServiceMessage(.ready, ["READY=1", "MAINPID=\(getpid())"], status: status))
    }

    /// A reload begins; `ready` says that it is over, whatever came of it.
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

    /// To be said more often than `watchdog`.
    package func alive() {
        send(ServiceMessage(.alive, ["WATCHDOG=1"]))
    }

    /// What goes on now, the start, a reload or the stop, may take so much longer, from now on.
    package func extend(by time: Duration) {
        let (seconds, attoseconds) = time.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        send(ServiceMessage(.extend, ["EXTEND_TIMEOUT_USEC=\(microseconds)"]))
    }

    /// Has the manager keep a copy, which comes back by `Activation` when this master is killed and started again.
    /// - Parameter name: the listener's `storeName`.
    package func store(_ listener: ListeningSocket, name: String) {
        send(ServiceMessage(.store(name), ["FDSTORE=1", "FDNAME=\(name)"], borrowing: listener.descriptor))
    }

    /// Ends that.
    package func forget(name: String) {
        send(ServiceMessage(.forget(name), ["FDSTOREREMOVE=1", "FDNAME=\(name)"]))
    }

    /// How often the manager wants to hear `alive`, at the least; nil when it does not (sd_watchdog_enabled(3)).
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
    /// Goes with it; -1 is none.
    let descriptor: Int32
    private let hasStatus: Bool
    /// What keeps the descriptor open, however its owner fares.
    private let copy: OwnedDescriptor?

    init(_ kind: Kind, _ lines: [String], status: String? = nil, borrowing descriptor: Int32 = -1) {
        self.kind = kind
        // A line is an assignment: a status that goes on in another would be one more.
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

    /// One that may wait.
    func kept() -> ServiceMessage {
        guard descriptor >= 0 else { return self }
        let number = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return number < 0 ? self : ServiceMessage(keeping: self, number)
    }

    /// Whether it need not be sent any more when the other is. A status that came with something else stays with it.
    func isOvertaken(by next: ServiceMessage) -> Bool {
        switch (kind, next.kind) {
        case (.status, _): next.hasStatus
        case (.store(let name), .forget(let other)): name == other
        default: kind == next.kind
        }
    }
}
