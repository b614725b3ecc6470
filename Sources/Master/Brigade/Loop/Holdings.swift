import Contract
import Glibc
import Logging
import Platform

/// What a master holds for as long as the server lives, and hands over when its executable is replaced.
final class Holdings {
    let signals: SignalDescriptor
    let scoreboard: Scoreboard
    let pidfile: Pidfile?
    let desk: ControlDesk?
    var listeners: [Listener]
    let manager: ServiceManager

    /// Takes everything that can be refused, before the first child is started. Signals come first: from then on none is
    /// lost, and none ends this process half-way.
    init(_ plan: Plan, _ log: Logger) throws(StartError) {
        let settings = plan.settings
        do {
            signals = try SignalDescriptor(Master.signals)
            manager = try ServiceManager(name: plan.environment[ServiceManager.variable])
            scoreboard = try Scoreboard.make(entries: settings.maxConnections)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        do {
            pidfile = try settings.pidfile.map { path throws(PidfileError) in try Pidfile.take(path) }
        } catch {
            throw StartError(error.isLocked ? .locked : .usage, "\(error)")
        }
        let credentials = try plan.credentials()
        listeners = try Self.listeners(plan, manager, log)
        if let credentials {
            for listener in listeners where !listener.isActivated {
                do {
                    try listener.give(to: credentials)
                } catch {
                    throw StartError(.bind, "\(listener.address) cannot be given to its user: \(error)")
                }
            }
        }
        do {
            desk = try settings.control.map { path throws(ListenError) in ControlDesk(try ControlSocket.open(path)) }
        } catch {
            throw StartError(.bind, "control socket: \(error)")
        }
    }

    /// What another image of this process has handed over; all descriptors are copies.
    init(
        signals: consuming SignalDescriptor, manager: ServiceManager, scoreboard: Scoreboard,
        pidfile: Pidfile?, desk: ControlDesk?, listeners: [Listener]
    ) {
        self.signals = signals
        self.manager = manager
        self.scoreboard = scoreboard
        self.pidfile = pidfile
        self.desk = desk
        self.listeners = listeners
    }

    /// The service manager's sockets, or else those of the settings. One that a master that was killed left with the
    /// service manager is taken back with everybody who waits in it.
    private static func listeners(
        _ plan: Plan, _ manager: ServiceManager, _ log: Logger
    ) throws(StartError) -> [Listener] {
        do {
            var (listeners, stored) = try Activation.take(plan.environment)
            if !listeners.isEmpty {
                log.info("the sockets are the service manager's, in the place of --bind")
            } else {
                for address in plan.settings.bind {
                    if let index = stored.firstIndex(where: { $0.address == address && !$0.isNameless }) {
                        listeners.append(stored.remove(at: index))
                        log.info("\(address) is taken back from the service manager's store")
                    } else {
                        let listener = try Listener.open(address, backlog: plan.settings.backlog)
                        manager.store(listener, name: listener.storeName)
                        listeners.append(listener)
                    }
                }
            }
            for listener in stored { manager.forget(name: listener.storeName) }
            return listeners
        } catch {
            throw StartError(.bind, "\(error)")
        }
    }
}
