import Contract
import Linux
import Logging
import Platform
import Supervisor

/// The listening sockets belong to the master, and every worker can change them: they are looked at again and again, and
/// mended.
extension Master {
    /// Before it is tried again to mend what could not be mended.
    static let nextMending = Duration.seconds(1)

    /// Looks at each listener and mends it. To be called when one has hung up, at each reload and upgrade, and while one is
    /// not mended.
    func mendListeners() {
        mendingDue = nil
        var unmended: [BindAddress: String] = [:]
        for index in holdings.listeners.indices {
            let listener = holdings.listeners[index]
            guard let fault = listener.fault else { continue }
            do {
                if let other = try listener.mend(fault, backlog: running.backlog, mode: running.socketMode) {
                    try replaceListener(index, by: other)
                }
                log.error("the listening socket \(listener.address) is mended: \(fault.text)")
            } catch {
                let text = "\(fault.text); it cannot be mended: \(error)"
                if unreachable[listener.address] != text {
                    log.error("the listening socket \(listener.address) serves nobody: \(text)")
                }
                unmended[listener.address] = text
                mendingDue = MonotonicClock.now + Self.nextMending
            }
        }
        unreachable = unmended
        tellStatus()
    }

    /// Workers that run have the old one: they are replaced, one after another.
    private func replaceListener(_ index: Int, by other: ListeningSocket) throws(ListenError) {
        if let credentials {
            do {
                try other.give(user: credentials.user, group: credentials.group)
            } catch {
                throw ListenError("\(other.address) cannot be given to its user: \(error)")
            }
        }
        holdings.replaceListener(index, by: other)
        outdated.formUnion(workers.keys)
    }

    /// Those that a listener's replacement has left without it; between two events, so that none is told before the
    /// answer to another.
    func tellOutdated() {
        guard !outdated.isEmpty else { return }
        let ids = outdated
        outdated = []
        handle(.outdated(ids))
    }

    /// Of each address that nobody can connect to now: why.
    var refusals: [(address: BindAddress, reason: String)] {
        holdings.listeners.compactMap { listener in
            if let reason = unreachable[listener.address] { return (listener.address, reason) }
            guard let fault = listener.fault, fault.refuses else { return nil }
            return (listener.address, "\(fault.text); a reload mends it")
        }
    }
}
