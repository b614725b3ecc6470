import Contract

/// Whether the server has ever worked. Until a first worker is ready, failures count; from then on no exit of a worker stops
/// the master.
struct Startup: Equatable, Codable {
    /// So many workers may fail, all together, before the first one is ready.
    private static let mostFailures = 10

    private var failures = 0
    private(set) var wasEverReady = false
    /// The service manager was told READY=1.
    private(set) var isAnnounced = false

    mutating func workerReady() {
        wasEverReady = true
    }

    /// - Returns: how the master ends, if that was one failure too many.
    mutating func workerFailed(_ worker: Worker, _ status: ExitStatus) -> ExitCode? {
        guard !wasEverReady else { return nil }
        failures += 1
        if status.code == .application { return .application }
        if status.code == .usage, worker.isBooting { return .usage }
        return failures >= Self.mostFailures ? .boot : nil
    }

    /// Once, when as many workers are ready as are wanted.
    mutating func announce(workers: Int) -> [Effect] {
        guard !isAnnounced else { return [] }
        isAnnounced = true
        return [.log(.serverReady(workers: workers)), .announce(.ready)]
    }
}
