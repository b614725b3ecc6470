internal import CLinux
import Contract
import Linux
import Glibc

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
    package func store(_ listener: Listener, name: String) {
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
