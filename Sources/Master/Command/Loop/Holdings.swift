import Contract
import Linux
import Glibc
import Logging
import Platform

/// What a master holds for as long as the server lives, and hands over when its executable is replaced.
final class Holdings {
    let signals: SignalDescriptor
    let scoreboard: Scoreboard
    let pidfile: Pidfile?
    let controlServer: ControlServer?
    var listeners: [ListeningSocket]
    let manager: ServiceManager

    /// Takes everything that can be refused, before the first child is started. Signals come first: from then on none is
    /// lost, and none ends this process half-way.
    init(_ plan: ServerConfiguration, _ log: Logger) throws(StartError) {
        let settings = plan.settings
        do {
            signals = try SignalDescriptor(Master.signals)
            manager = try ServiceManager(name: plan.environment[ServiceManager.variable])
            scoreboard = try Scoreboard.make(entries: settings.maxConnections)
        } catch {
            throw StartError(.usage, "the host gives this master too little: \(error.advised)")
        }
        do {
            pidfile = try settings.pidfile.map { path throws(PidfileError) in try Pidfile.take(path) }
        } catch {
            throw StartError(error.isLocked ? .locked : .usage, "\(plan.assignment(of: "pidfile")): \(error)")
        }
        let credentials = try plan.credentials()
        listeners = try Self.listeners(plan, manager, log)
        if let credentials {
            for listener in listeners where !listener.isActivated {
                do {
                    try listener.give(user: credentials.user, group: credentials.group)
                } catch {
                    throw StartError(.bind, "\(listener.address) cannot be given to its user: \(error)")
                }
            }
        }
        do {
            controlServer = try settings.control.map { path throws(ListenError) in
                ControlServer(try ControlSocket.open(path))
            }
        } catch {
            throw StartError(.bind, "\(plan.assignment(of: "control")): control socket: \(error)")
        }
    }

    /// What another image of this process has handed over; all descriptors are copies.
    init(
        signals: consuming SignalDescriptor, manager: ServiceManager, scoreboard: Scoreboard,
        pidfile: Pidfile?, controlServer: ControlServer?, listeners: [ListeningSocket]
    ) {
        self.signals = signals
        self.manager = manager
        self.scoreboard = scoreboard
        self.pidfile = pidfile
        self.controlServer = controlServer
        self.listeners = listeners
    }

    /// Another socket at the same address; the service manager's copy follows.
    func replaceListener(_ index: Int, by other: ListeningSocket) {
        if let name = listeners[index].storeName { manager.forget(name: name) }
        if let name = other.storeName { manager.store(other, name: name) }
        listeners[index] = other
    }

    /// The service manager's sockets, or else those of the settings. One that a master that was killed left with the
    /// service manager is taken back with everybody who waits in it.
    private static func listeners(
        _ plan: ServerConfiguration, _ manager: ServiceManager, _ log: Logger
    ) throws(StartError) -> [ListeningSocket] {
        let activation: Activation
        do {
            activation = try Activation.take(plan.environment)
        } catch {
            throw StartError(.bind, "\(error)")
        }
        for remark in activation.remarks { log.warning("\(remark)") }
        for name in activation.useless { manager.forget(name: name) }
        var listeners = activation.activated
        var stored = activation.stored
        if !listeners.isEmpty {
            log.info("the sockets are the service manager's, in the place of --bind")
        } else {
            try plan.checkOverlaps(code: .bind)
            for address in plan.settings.bind {
                if let index = stored.firstIndex(where: { $0.address == address && $0.isFound }) {
                    listeners.append(try takeBack(stored.remove(at: index), plan))
                    log.info("\(address) is taken back from the service manager's store")
                } else {
                    let listener = try open(address, plan)
                    if let name = listener.storeName { manager.store(listener, name: name) }
                    listeners.append(listener)
                }
            }
        }
        for listener in stored { drop(listener, manager, log, using: listeners) }
        return listeners
    }

    private static func open(_ address: BindAddress, _ plan: ServerConfiguration) throws(StartError) -> ListeningSocket
    {
        do {
            return try ListeningSocket.open(
                address, backlog: plan.settings.backlog, mode: plan.settings.socketMode, choosing: plan.bindSetting)
        } catch {
            throw StartError(.bind, "\(plan.assignment(of: "bind")): \(error)")
        }
    }

    /// Its file has the rights that another start gave it.
    private static func takeBack(_ listener: ListeningSocket, _ plan: ServerConfiguration) throws(StartError)
        -> ListeningSocket
    {
        do {
            try listener.setMode(plan.settings.socketMode)
        } catch {
            throw StartError(
                .bind,
                "\(plan.assignment(of: "socket-mode")): \(listener.address) cannot be given these rights: \(error)")
        }
        return listener
    }

    /// What the service manager has kept and this server has no use for.
    private static func drop(
        _ listener: ListeningSocket, _ manager: ServiceManager, _ log: Logger, using others: [ListeningSocket]
    ) {
        let reason =
            if !listener.isFound {
                "its file is gone, or is another's"
            } else if others.contains(where: { $0.address == listener.address }) {
                "another socket is used there"
            } else {
                "the settings do not name it"
            }
        log.notice("\(listener.address), which the service manager has kept, is not used and closed: \(reason)")
        guard let name = listener.storeName else { return }
        manager.forget(name: name)
        // The manager forgets all that have the name.
        for other in others where !other.isActivated && other.storeName == name { manager.store(other, name: name) }
    }
}
