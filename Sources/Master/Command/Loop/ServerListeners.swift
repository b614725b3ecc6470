import Contract
import Linux
import Logging
import Platform

/// The listening sockets. They belong to the master, and every worker can change them: they are checked again and again, and
/// repaired.
final class ServerListeners {
    /// Before a repair is tried again.
    private static let repairInterval = Duration.seconds(1)

    private(set) var all: [ListeningSocket]
    /// How many there are until the server stops.
    let count: Int
    private let credentials: Credentials?
    private let manager: ServiceManager
    /// Addresses at which nobody can connect and that could not be repaired, and why.
    private var unreachable: [BindAddress: String] = [:]
    /// When the next repair is tried.
    private(set) var repairDue: Duration?

    /// The service manager's sockets, or else those of the settings. A socket that a killed master left with the service
    /// manager is used again, with every connection that waits in it.
    init(
        _ configuration: ServerConfiguration, _ credentials: Credentials?, _ manager: ServiceManager, _ log: Logger
    ) throws(StartError) {
        all = try Self.open(configuration, manager, log)
        count = all.count
        self.credentials = credentials
        self.manager = manager
        guard let credentials else { return }
        for listener in all where !listener.isActivated {
            do {
                try listener.setOwner(user: credentials.user, group: credentials.group)
            } catch {
                throw StartError(.bind, "\(listener.address) cannot be given to its user: \(error)")
            }
        }
    }

    init(resuming listeners: [ListeningSocket], _ credentials: Credentials?, _ manager: ServiceManager) {
        all = listeners
        count = all.count
        self.credentials = credentials
        self.manager = manager
    }

    /// Those to be watched for a hangup: the others are known to be broken.
    var watched: [ListeningSocket] { all.filter { unreachable[$0.address] == nil } }

    /// Whether there is an address at which nobody can connect.
    var isUnreachable: Bool { !unreachable.isEmpty }

    /// The addresses at which nobody can connect now, and why. It looks at each socket.
    var refusals: [(address: BindAddress, reason: String)] {
        all.compactMap { listener in
            if let reason = unreachable[listener.address] { return (listener.address, reason) }
            guard let problem = listener.problem, problem.preventsConnections else { return nil }
            return (listener.address, "\(problem.text); a reload repairs it")
        }
    }

    /// Checks each socket and repairs it. Due when one has hung up, at each reload and upgrade, and while one is broken.
    /// - Returns: whether a socket was replaced: running workers hold the old one.
    func repair(_ settings: Settings, _ log: Logger) -> Bool {
        repairDue = nil
        var broken: [BindAddress: String] = [:]
        var hasReplaced = false
        for index in all.indices {
            let listener = all[index]
            guard let problem = listener.problem else { continue }
            do {
                if let other = try listener.repair(problem, backlog: settings.backlog, mode: settings.socketMode) {
                    try replace(index, by: other)
                    hasReplaced = true
                }
                log.error("the listening socket \(listener.address) was repaired: \(problem.text)")
            } catch {
                let text = "\(problem.text); it cannot be repaired: \(error)"
                if unreachable[listener.address] != text {
                    log.error("the listening socket \(listener.address) is unreachable: \(text)")
                }
                broken[listener.address] = text
                repairDue = MonotonicClock.now + Self.repairInterval
            }
        }
        unreachable = broken
        return hasReplaced
    }

    /// The service manager's copy follows.
    private func replace(_ index: Int, by other: ListeningSocket) throws(ListenError) {
        if let credentials {
            do {
                try other.setOwner(user: credentials.user, group: credentials.group)
            } catch {
                throw ListenError("\(other.address) cannot be given to its user: \(error)")
            }
        }
        if let name = all[index].storeName { manager.forget(name: name) }
        if let name = other.storeName { manager.store(other, name: name) }
        all[index] = other
    }

    /// The server stops. A socket that a service manager opened stays as it is, and its queue waits for the next start. The
    /// service manager keeps none of the others: a socket that is closed this way serves nobody again.
    /// - Returns: whether workers must be told to serve what waits in the queues, and then to refuse connections.
    func close() -> Bool {
        let own = all.filter { !$0.isActivated }
        for listener in own {
            if let name = listener.storeName { manager.forget(name: name) }
        }
        all = []
        return !own.isEmpty
    }

    // MARK: Opening

    private static func open(
        _ configuration: ServerConfiguration, _ manager: ServiceManager, _ log: Logger
    ) throws(StartError) -> [ListeningSocket] {
        let activation: Activation
        do {
            activation = try Activation.take(configuration.environment)
        } catch {
            throw StartError(.bind, "\(error)")
        }
        for warning in activation.warnings { log.warning("\(warning)") }
        for name in activation.staleNames { manager.forget(name: name) }
        var listeners = activation.activated
        var stored = activation.stored
        if !listeners.isEmpty {
            log.info("using the service manager's sockets instead of --bind")
        } else {
            try configuration.checkOverlaps(code: .bind)
            for address in configuration.settings.bind {
                if let index = stored.firstIndex(where: { $0.address == address && $0.isFound }) {
                    listeners.append(try reuse(stored.remove(at: index), configuration))
                    log.info("using \(address) from the service manager's store")
                } else {
                    let listener = try open(address, configuration)
                    if let name = listener.storeName { manager.store(listener, name: name) }
                    listeners.append(listener)
                }
            }
        }
        for listener in stored { drop(listener, manager, log, using: listeners) }
        return listeners
    }

    private static func open(_ address: BindAddress, _ configuration: ServerConfiguration) throws(StartError)
        -> ListeningSocket
    {
        do {
            return try ListeningSocket.open(
                address, backlog: configuration.settings.backlog, mode: configuration.settings.socketMode,
                choosing: configuration.bindSetting)
        } catch {
            throw StartError(.bind, "\(configuration.assignment(of: "bind")): \(error)")
        }
    }

    /// Its file has the rights that another start gave it.
    private static func reuse(_ listener: ListeningSocket, _ configuration: ServerConfiguration) throws(StartError)
        -> ListeningSocket
    {
        do {
            try listener.setMode(configuration.settings.socketMode)
        } catch {
            throw StartError(
                .bind,
                "\(configuration.assignment(of: "socket-mode")): \(listener.address) cannot be given these rights: \(error)"
            )
        }
        return listener
    }

    /// What the service manager has kept and this server does not use.
    private static func drop(
        _ listener: ListeningSocket, _ manager: ServiceManager, _ log: Logger, using others: [ListeningSocket]
    ) {
        let reason =
            if !listener.isFound {
                "its file was removed or replaced"
            } else if others.contains(where: { $0.address == listener.address }) {
                "another socket is used there"
            } else {
                "the settings do not name it"
            }
        log.notice("closing \(listener.address) from the service manager's store: \(reason)")
        guard let name = listener.storeName else { return }
        manager.forget(name: name)
        // The manager forgets all that have the name.
        for other in others where !other.isActivated && other.storeName == name { manager.store(other, name: name) }
    }
}
