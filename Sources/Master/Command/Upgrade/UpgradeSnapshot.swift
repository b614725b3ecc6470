import Contract
import FoundationEssentials
import Linux
import Platform
import Supervisor

/// What a master gives to the executable that takes its place (USR2): a line with the version, then JSON.
///
/// Builds of the same version go on with each other's state, in both directions: keys that a build does not know are
/// ignored, and a key that older builds do not write is optional.
struct UpgradeSnapshot: Equatable, Codable {
    struct OpenFile: Equatable, Codable {
        var descriptor: Int32
        var path: String
        var isScript = false
    }

    struct OpenListener: Equatable, Codable {
        var descriptor: Int32
        var isActivated: Bool
        var address: BindAddress
        /// What a unix socket is bound to: by now its name may be another's.
        var file: FileIdentity?
    }

    struct RunningWorker: Equatable, Codable {
        var id: Worker.ID
        var pid: Int32
        var control: Int32
    }

    struct OpenGeneration: Equatable, Codable {
        var executable: OpenFile
        var environment: [String: String]
    }

    /// What the scoreboard's header says. Every worker can write to that, so the new executable does not read it.
    struct OpenScoreboard: Equatable, Codable {
        var layout = Scoreboard.version
        var descriptor: Int32
        var entries: Int
        var secret: UInt64
    }

    /// Raised when a build of the former version could not read the text, or would misunderstand it. Such a build refuses it
    /// before anything has changed hands.
    static let version = 3

    /// The executable that hands over. It is run again if the new one cannot go on.
    var program: OpenFile
    /// What it was started with, after its own name.
    var arguments: [String]
    /// CLOCK_MONOTONIC.
    var started: Duration
    var scoreboard: OpenScoreboard
    /// Whom the workers run as, as it was found once: the user may have been removed since.
    var credentials: Credentials?
    var listeners: [OpenListener]
    var workers: [RunningWorker]
    var generations: [Int: OpenGeneration]
    var pidfile: OpenFile?
    var controlSocket: OpenListener?
    var metricsSocket: OpenListener?
    var totals: Totals
    /// Older builds have none.
    var metrics: MetricsState?
    var lastChange: String?
    var lastLoss: String?
    var recentEvents = Dispensable<RecentEvents>()
    var supervisor: Supervisor.Snapshot
}

// MARK: Text

extension UpgradeSnapshot {
    /// Every version has begun with this, so that each build can name the version it refuses.
    private static let header = "handover version="

    /// - Throws: what is missing or wrong, for the operator.
    init(text: String) throws(UpgradeError) {
        let lines = text.split(separator: "\n", maxSplits: 1)
        guard let first = lines.first, first.hasPrefix(Self.header),
            let version = Int(first.dropFirst(Self.header.count).prefix(while: \.isNumber))
        else { throw UpgradeError("the running master's state is not that of a brigade master") }
        guard version == Self.version else {
            throw UpgradeError(
                "the running master's state has version \(version), and this build (\(Version.text)) reads version "
                    + "\(Self.version): restart the server instead")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data((lines.last ?? "").utf8))
        } catch {
            throw UpgradeError("the running master's state cannot be read: \(Self.reason(error))")
        }
        guard scoreboard.layout == Scoreboard.version else {
            throw UpgradeError(
                "the running master's scoreboard has layout \(scoreboard.layout), and this build (\(Version.text)) knows "
                    + "\(Scoreboard.version): restart the server instead")
        }
        guard totals.latency.counts.count == LatencyHistogram.buckets else {
            throw UpgradeError("the running master's latency histogram has another number of buckets")
        }
        guard metrics?.totals.isWellFormed ?? true else {
            throw UpgradeError("the running master's metrics are of another form")
        }
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return "\(Self.header)\(Self.version)\n\(String(decoding: try encoder.encode(self), as: UTF8.self))\n"
    }

    private static func reason(_ error: any Error) -> String {
        func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
        return switch error {
        case DecodingError.keyNotFound(let key, let context): "it has no '\(path(context.codingPath + [key]))'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "'\(path(context.codingPath))': \(context.debugDescription)"
        default: "\(error)"
        }
    }
}

/// What the server can go on without. If a build does not write it, or writes it in a form that this build does not know,
/// there is none: an upgrade does not fail for it.
struct Dispensable<Value: Codable & Equatable>: Equatable, Encodable {
    var value: Value?

    init(_ value: Value? = nil) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}

extension Dispensable: Decodable {
    init(from decoder: any Decoder) {
        value = try? Value(from: decoder)
    }
}

extension KeyedDecodingContainer {
    /// What the decoding of a snapshot calls: also without the key.
    func decode<Value>(_: Dispensable<Value>.Type, forKey key: Key) throws -> Dispensable<Value> {
        try decodeIfPresent(Dispensable<Value>.self, forKey: key) ?? Dispensable()
    }
}

// MARK: Going on

extension UpgradeSnapshot {
    /// The supervisor goes on with each generation's settings as its workers were given them.
    /// - Throws: what this build does not understand, and what does not fit together. All that this looks at does not change
    ///   any more, so a check in a child is enough.
    func resumedSupervisor() throws -> Supervisor {
        let settings = try generations.mapValues {
            try ResolvedSettings(flags: [:], environment: $0.environment, file: nil, isFromMaster: true).settings
        }
        let resumed = try Supervisor(resuming: supervisor, settings: settings)
        guard Set(workers.map(\.id)) == Set(resumed.workers.map(\.id)) else {
            throw UpgradeError("the running master's workers are not those of its supervisor")
        }
        return resumed
    }

    /// Everything that must stay open when the process is replaced.
    var descriptors: [Int32] {
        var all = [program.descriptor, scoreboard.descriptor] + listeners.map(\.descriptor) + workers.map(\.control)
        all += generations.values.map(\.executable.descriptor)
        if let pidfile { all.append(pidfile.descriptor) }
        all += [controlSocket, metricsSocket].compactMap { $0?.descriptor }
        return all
    }
}

// MARK: Taking one

extension UpgradeSnapshot {
    /// - Parameter program: the running executable, opened.
    init(
        _ resources: ServerResources, _ children: ChildProcesses, _ generations: [Int: Generation],
        _ eventLog: EventLog, _ metrics: MetricsState, _ supervisor: Supervisor.Snapshot, started: Duration,
        program: Int32
    ) {
        let scoreboard = resources.scoreboard
        let history = eventLog.history
        self.init(
            program: OpenFile(descriptor: program, path: BrigadeExecutable.path),
            arguments: BrigadeExecutable.arguments,
            started: started,
            scoreboard: OpenScoreboard(
                descriptor: scoreboard.descriptor, entries: scoreboard.entries, secret: scoreboard.secret),
            credentials: resources.credentials,
            listeners: resources.listeners.all.map { OpenListener($0, isActivated: $0.isActivated) },
            workers: children.workers.values.map {
                RunningWorker(id: $0.id, pid: $0.child.pid, control: $0.control.descriptor)
            },
            generations: generations.mapValues {
                let file = OpenFile(
                    descriptor: $0.executable.descriptor, path: $0.executable.path, isScript: $0.executable.isScript)
                return OpenGeneration(executable: file, environment: $0.environment)
            },
            pidfile: resources.pidfile.map { OpenFile(descriptor: $0.descriptor, path: $0.path) },
            controlSocket: resources.controlServer.map { OpenListener($0.listener, isActivated: false) },
            metricsSocket: resources.metricsServer.map { OpenListener($0.listener, isActivated: false) },
            totals: history.totals, metrics: metrics, lastChange: history.lastChange, lastLoss: history.lastLoss,
            recentEvents: Dispensable(eventLog.recent), supervisor: supervisor)
    }
}

extension UpgradeSnapshot.OpenListener {
    fileprivate init(_ listener: ListeningSocket, isActivated: Bool) {
        self.init(
            descriptor: listener.descriptor, isActivated: isActivated, address: listener.address, file: listener.file)
    }
}

/// Why an upgrade cannot go on.
struct UpgradeError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
