import Contract
import Linux
import Platform
import Supervisor

/// What a master gives to the executable that takes its place (USR2), as text: a fact a line, its fields as
/// `name=value`. A newer build may write lines and fields that this one does not know: they are passed over.
struct Handover: Equatable {
    struct Opened: Equatable {
        var descriptor: Int32
        var path: String
        var isScript: Bool
    }

    struct ListenerFact: Equatable {
        var descriptor: Int32
        var isActivated: Bool
        var address: BindAddress
        /// What a unix socket is bound to: its name may be another's by now.
        var file: FileIdentity?
    }

    struct WorkerFact: Equatable {
        var id: Worker.ID
        var pid: Int32
        var control: Int32
    }

    struct GenerationFact: Equatable {
        var executable: Opened
        var environment: [String: String]
    }

    /// What the scoreboard's header says, which every worker can write to: whoever takes over does not read it.
    struct ScoreboardFact: Equatable {
        var descriptor: Int32
        var entries: Int
        var secret: UInt64
    }

    struct NamedDescriptor: Equatable {
        var descriptor: Int32
        var path: String
    }

    /// Raised when a line changes its meaning. An older build refuses a higher one before anything has changed hands.
    static let version = 2

    /// The executable that hands over: it is run again should the new one not be able to go on.
    var program: Opened
    /// What it was started with, after its own name.
    var arguments: [String] = []
    var started: Duration
    var scoreboard: ScoreboardFact
    /// Whom the workers run as, as it was found once: the user may have been removed meanwhile.
    var credentials: Credentials?
    var listeners: [ListenerFact] = []
    var workers: [WorkerFact] = []
    var generations: [Int: GenerationFact] = [:]
    var pidfile: NamedDescriptor?
    var control: ListenerFact?
    var totals = Totals()
    var lastChange: String?
    var supervisor: Snapshot

    /// The settings of the generation that serves, as its workers were given them.
    /// - Throws: what this build does not understand of them.
    func running() throws -> Settings {
        let generation = Supervisor(resuming: supervisor).generation
        guard let fact = generations[generation] else {
            throw HandoverError(description: "the handover has nothing to start workers from")
        }
        return try ResolvedSettings(flags: [:], environment: fact.environment, file: nil, isFromMaster: true).settings
    }

    /// - Throws: what does not fit together. What this looks at does not change any more, so that a check in a child is
    ///   enough.
    func verify() throws(HandoverError) {
        guard Set(workers.map(\.id)) == Set(Supervisor(resuming: supervisor).workers.map(\.id)) else {
            throw HandoverError(description: "the handover's workers are not those of its supervisor")
        }
    }

    /// Everything that must stay open when the process is replaced.
    var descriptors: [Int32] {
        var all = [program.descriptor, scoreboard.descriptor] + listeners.map(\.descriptor) + workers.map(\.control)
        all += generations.values.map(\.executable.descriptor)
        if let pidfile { all.append(pidfile.descriptor) }
        if let control { all.append(control.descriptor) }
        return all
    }
}

/// Why a handover cannot be taken.
struct HandoverError: Error, CustomStringConvertible {
    let description: String
}
