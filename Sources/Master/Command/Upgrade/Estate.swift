import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

/// A server that lives, taken over from another image of this process. All that it holds are copies of the descriptors
/// of the handover, so that until `commit` the other image can be run again with everything in its place.
struct Estate {
    let handover: Handover
    let holdings: Holdings
    let generations: [Int: Generation]
    let workers: [Worker.ID: WorkerProcess]
    /// The settings of the generation that serves.
    let running: Settings

    /// - Parameter plan: the settings as they would be read now. For the old executable that goes on nothing is read
    ///   anew: what kept the other one from going on might be there.
    /// - Throws: what keeps this build from going on.
    init(_ handover: Handover, _ running: Settings, _ plan: ServerConfiguration) throws {
        let signals = try SignalDescriptor(Master.signals)
        let manager = try ServiceManager(name: plan.environment[ServiceManager.variable])
        let scoreboard = try Scoreboard.resumed(
            descriptor: Self.copy(handover.scoreboard.descriptor).release(), entries: handover.scoreboard.entries,
            secret: handover.scoreboard.secret)
        var generations: [Int: Generation] = [:]
        for (number, fact) in handover.generations {
            let executable = try Executable(
                resuming: try Self.copy(fact.executable.descriptor).release(), path: fact.executable.path,
                isScript: fact.executable.isScript)
            generations[number] = Generation(
                executable: executable, environment: fact.environment, listeners: handover.listeners.count)
        }
        var workers: [Worker.ID: WorkerProcess] = [:]
        for fact in handover.workers {
            let control = ControlChannel(owning: try Self.copy(fact.control))
            workers[fact.id] = WorkerProcess(id: fact.id, child: try Child(resuming: fact.pid), control: control)
        }
        try handover.verify()
        let sockets = handover.listeners + [handover.control].compactMap(\.self)
        var copies = try (sockets.map(\.descriptor) + [handover.pidfile?.descriptor].compactMap(\.self)).map {
            try Self.copy($0).release()
        }[...]
        // What has a name in the file system comes last: nothing after it fails, and nothing takes the name away.
        let listeners = try handover.listeners.map { try Self.listener(copies.removeFirst(), $0) }
        let controlServer = try handover.control.map { ControlServer(try Self.listener(copies.removeFirst(), $0)) }
        let pidfile = try handover.pidfile.map {
            try Pidfile.resumed(descriptor: copies.removeFirst(), path: $0.path)
        }
        self.running = running
        self.handover = handover
        self.generations = generations
        self.workers = workers
        holdings = Holdings(
            signals: signals, manager: manager, scoreboard: scoreboard, pidfile: pidfile, controlServer: controlServer,
            listeners: listeners)
    }

    /// From here on there is no way back: the originals are closed.
    func commit(_ succession: Succession) {
        for descriptor in Set(handover.descriptors + [succession.state, succession.partner]) { close(descriptor) }
    }

    private static func listener(
        _ descriptor: Int32, _ fact: Handover.ListenerFact
    ) throws(SystemError) -> ListeningSocket {
        // What does not listen, because a worker has shut it down a moment ago, is mended when the loop begins.
        try ListeningSocket(
            resuming: descriptor, address: fact.address, isActivated: fact.isActivated, file: fact.file, listens: false)
    }

    private static func copy(_ descriptor: Int32) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check("fcntl") { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) })
    }
}
