import Contract
import Linux
import Logging
import Platform

/// What a master holds for as long as the server lives, and hands over when its executable is replaced.
final class ServerResources {
    let signals: SignalDescriptor
    let manager: ServiceManager
    let scoreboard: Scoreboard
    let pidfile: Pidfile?
    let controlServer: ControlServer?
    let metricsServer: MetricsServer?
    let listeners: ServerListeners
    /// Whom the children run as; nil is this process's own user and groups.
    let credentials: Credentials?

    /// Takes everything that can be refused, before the first child is started. Signals come first: from then on none is
    /// lost, and none ends this process half-way.
    init(_ configuration: ServerConfiguration, _ log: Logger) throws(StartError) {
        let settings = configuration.settings
        do {
            signals = try SignalDescriptor(Master.signals)
            manager = try ServiceManager(name: configuration.environment[ServiceManager.variable])
            scoreboard = try Scoreboard.make(entries: settings.maxConnections)
        } catch {
            throw StartError(.usage, "the host gives this master too little: \(error.descriptionWithAdvice)")
        }
        do {
            pidfile = try settings.pidfile.map { path throws(PidfileError) in try Pidfile.take(path) }
        } catch {
            throw StartError(error.isLocked ? .locked : .usage, "\(configuration.assignment(of: "pidfile")): \(error)")
        }
        credentials = try configuration.credentials()
        listeners = try ServerListeners(configuration, credentials, manager, log)
        do {
            controlServer = try settings.control.map { path throws(ListenError) in
                ControlServer(try ControlSocket.open(path))
            }
        } catch {
            throw StartError(.bind, "\(configuration.assignment(of: "control")): control socket: \(error)")
        }
        do {
            metricsServer = try settings.metricsBind.map { [credentials] address throws(ListenError) in
                try MetricsServer(opening: address, mode: settings.socketMode, owner: credentials)
            }
        } catch {
            throw StartError(.bind, "\(configuration.assignment(of: "metrics-bind")): \(error)")
        }
    }

    /// What another image of this process has handed over; all descriptors are copies.
    init(
        signals: consuming SignalDescriptor, manager: ServiceManager, scoreboard: Scoreboard,
        pidfile: Pidfile?, controlServer: ControlServer?, metricsServer: MetricsServer?, listeners: ServerListeners,
        credentials: Credentials?
    ) {
        self.signals = signals
        self.manager = manager
        self.scoreboard = scoreboard
        self.pidfile = pidfile
        self.controlServer = controlServer
        self.metricsServer = metricsServer
        self.listeners = listeners
        self.credentials = credentials
    }
}
