import Contract
import Glibc
import Linux
import Platform
import Supervisor

/// A running server, taken over from another image of this process. It works with copies of the snapshot's descriptors, so
/// that until the handshake commits the other image can be run again with everything in its place.
struct ResumedState {
    let snapshot: UpgradeSnapshot
    let supervisor: Supervisor
    let resources: ServerResources
    let generations: [Int: Generation]
    let workers: [Worker.ID: WorkerProcess]

    /// - Parameter configuration: the settings as they would be read now. If the old executable goes on, nothing is read again: what
    ///   stopped the new one might be there.
    /// - Throws: what keeps this build from going on.
    init(_ snapshot: UpgradeSnapshot, _ supervisor: Supervisor, _ configuration: ServerConfiguration) throws {
        let signals = try SignalDescriptor(Master.signals)
        let manager = try ServiceManager(name: configuration.environment[ServiceManager.variable])
        let scoreboard = try Scoreboard.resumed(
            descriptor: Self.copy(snapshot.scoreboard.descriptor).release(), entries: snapshot.scoreboard.entries,
            secret: snapshot.scoreboard.secret)
        generations = try snapshot.generations.mapValues { open in
            let executable = try Executable(
                resuming: try Self.copy(open.executable.descriptor).release(), path: open.executable.path,
                isScript: open.executable.isScript)
            return Generation(executable: executable, environment: open.environment, configuration: configuration)
        }
        var workers: [Worker.ID: WorkerProcess] = [:]
        for worker in snapshot.workers {
            let control = ControlChannel(owning: try Self.copy(worker.control))
            workers[worker.id] = WorkerProcess(id: worker.id, child: try Child(resuming: worker.pid), control: control)
        }
        let sockets = snapshot.listeners + [snapshot.controlSocket, snapshot.metricsSocket].compactMap(\.self)
        var copies = try (sockets.map(\.descriptor) + [snapshot.pidfile?.descriptor].compactMap(\.self)).map {
            try Self.copy($0).release()
        }[...]
        // What has a name in the file system comes last: nothing after it fails, and nothing removes the name.
        let listeners = try snapshot.listeners.map { try Self.listener(copies.removeFirst(), $0) }
        let controlServer = try snapshot.controlSocket.map {
            ControlServer(try Self.listener(copies.removeFirst(), $0))
        }
        let metricsServer = try snapshot.metricsSocket.map {
            MetricsServer(
                try Self.listener(copies.removeFirst(), $0), mode: supervisor.settings.socketMode,
                owner: snapshot.credentials)
        }
        let pidfile = try snapshot.pidfile.map {
            try Pidfile.resumed(descriptor: copies.removeFirst(), path: $0.path)
        }
        self.snapshot = snapshot
        self.supervisor = supervisor
        self.workers = workers
        resources = ServerResources(
            signals: signals, manager: manager, scoreboard: scoreboard, pidfile: pidfile, controlServer: controlServer,
            metricsServer: metricsServer,
            listeners: ServerListeners(resuming: listeners, snapshot.credentials, manager),
            credentials: snapshot.credentials)
    }

    private static func listener(
        _ descriptor: Int32, _ open: UpgradeSnapshot.OpenListener
    ) throws(SystemError) -> ListeningSocket {
        // A socket that a worker has just shut down does not listen. It is repaired when the loop begins.
        try ListeningSocket(
            resuming: descriptor, address: open.address, isActivated: open.isActivated, file: open.file, listens: false)
    }

    private static func copy(_ descriptor: Int32) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check("fcntl") { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) })
    }
}
