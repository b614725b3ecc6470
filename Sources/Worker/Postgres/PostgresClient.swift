internal import Linux
package import Logging
import Serving
import Synchronization

/// A client of one PostgreSQL database: a few connections that the worker's loop watches. Nobody waits on a thread.
///
/// The requests of one pass of the loop share a round trip. A connection that is lost is opened again. A read that was not
/// answered is repeated once, on any connection; a write never. Every request is answered within a bounded time.
package final class PostgresClient: Sendable {
    package struct Configuration: Sendable {
        package var url: PostgresURL
        package var connections = 2
        /// From the request to its answer, while waiting for a connection and for the server.
        package var timeout = Duration.seconds(5)
        /// A channel of NOTIFY, as an identifier of SQL, whose notifications change `version`.
        package var channel: String?
        /// As pg_stat_activity shows it.
        package var applicationName: String

        package init(_ url: PostgresURL, applicationName: String) {
            self.url = url
            self.applicationName = applicationName
        }
    }

    private let timeout: UInt64
    private let pool: Pool

    /// Begins to connect when the loop runs.
    package init(_ configuration: Configuration, log: Logger) {
        timeout = configuration.timeout.nanoseconds
        pool = Pool(configuration, log)
        LoopActor.run { [pool] in pool.open() }
    }

    /// Executes a statement, and makes a value of its rows on the loop.
    /// - Throws: `PostgresError`, or what `decode` throws.
    package func execute<Value: Sendable>(
        _ statement: PostgresStatement, _ values: [PostgresValue] = [], timeout: Duration? = nil,
        decode: @escaping @Sendable (borrowing Rows) throws -> Value
    ) async throws -> Value {
        let deadline = MonotonicClock.nanoseconds + (timeout?.nanoseconds ?? self.timeout)
        return try await withCheckedThrowingContinuation { continuation in
            let request = AwaitedRequest(statement, values, continuation, decode: decode)
            LoopActor.run { [pool] in pool.submit(request, deadline: deadline) }
        }
    }

    /// Changes when the database may have changed: with each notification, and when a connection was lost that might have
    /// brought one. nil while there is no connection.
    package var version: Int? { pool.version }

    /// Why there is no connection; nil if there is one.
    package var problem: String? { pool.problem }

    deinit { close() }

    /// What waits gets an error.
    package func close() {
        LoopActor.run { [pool] in pool.close() }
    }
}

/// Performs what the `ConnectionPool` decides.
@LoopActor private final class Pool {
    /// A connection that is being opened: one candidate after the other.
    private struct Opening {
        let id: Int
        var candidates: [ConnectionParameters.Candidate] = []
        var reasons: [String] = []
    }

    private nonisolated let parameters: ConnectionParameters
    private nonisolated let configuration: PostgresClient.Configuration
    private nonisolated let log: Logger
    private nonisolated let shared = Mutex(Shared())

    /// What other threads may read.
    private struct Shared {
        var version = 0
        var openConnections = 0
        var problem: String?
    }

    private var policy: ConnectionPool
    private var connections: [Connection?]
    private var openings: [Opening?]
    private var lastOpening = 0
    /// The server that answered last is tried first.
    private var lastCandidate: ConnectionParameters.Candidate?
    private var source: LoopSource?
    private var requests: [Int: any PendingRequest] = [:]
    private var lastRequest = 0

    nonisolated init(_ configuration: PostgresClient.Configuration, _ log: Logger) {
        self.configuration = configuration
        self.log = log
        parameters = ConnectionParameters(url: configuration.url, applicationName: configuration.applicationName)
        var limits = ConnectionPool.Limits()
        limits.connections = configuration.connections
        policy = ConnectionPool(limits)
        connections = Array(repeating: nil, count: limits.connections)
        openings = Array(repeating: nil, count: limits.connections)
    }

    func open() {
        source = LoopSource(
            onDeadline: { [unowned self] in handle(.timeReached) }, onTurn: { [unowned self] in handle(.turn) })
        handle(.timeReached)
    }

    func close() {
        handle(.stopped)
        source?.close()
        source = nil
    }

    func submit(_ request: any PendingRequest, deadline: UInt64) {
        lastRequest += 1
        requests[lastRequest] = request
        handle(.submitted(PooledRequest(id: lastRequest, kind: request.statement.kind, deadline: deadline)))
    }

    nonisolated var version: Int? { shared.withLock { $0.openConnections > 0 ? $0.version : nil } }
    nonisolated var problem: String? { shared.withLock { $0.problem } }

    // MARK: Decisions

    private func handle(_ event: ConnectionPool.Event) {
        for action in policy.handle(event, at: LoopSource.now) { perform(action) }
        if let source, let deadline = policy.deadline, deadline < source.deadline ?? .max || source.deadline == nil {
            source.deadline = deadline
        }
    }

    private func perform(_ action: ConnectionPool.Action) {
        switch action {
        case .connect(let index): connect(index)
        case .send(let index, let batch): connections[index]?.send(batch.requests.map { requests[$0.id]! })
        case .cancel(let index): connections[index]?.cancel()
        case .close(let index): closeConnection(index)
        case .succeed(let id): requests.removeValue(forKey: id)?.succeed()
        case .fail(let id, let error): requests.removeValue(forKey: id)?.fail(error)
        case .askForTurn: source?.askForTurn()
        }
    }

    private func update() {
        let problem = policy.problem
        let open = connections.indices.count { connections[$0] != nil && openings[$0] == nil }
        shared.withLock {
            $0.problem = problem
            $0.openConnections = open
            $0.version += 1
        }
    }

    // MARK: Connections

    private func closeConnection(_ index: Int) {
        connections[index]?.close()
        connections[index] = nil
        openings[index] = nil
        update()
    }

    private func connect(_ index: Int) {
        lastOpening += 1
        let id = lastOpening
        openings[index] = Opening(id: id)
        guard parameters.needsLookup else {
            let found = parameters.candidates()
            return begin(index, id, found.candidates, found.reason)
        }
        LoopActor.detachThread("postgres lookup") { [self, parameters] in
            let found = parameters.candidates()
            LoopActor.run { [self] in begin(index, id, found.candidates, found.reason) }
        }
    }

    private func begin(
        _ index: Int, _ id: Int, _ candidates: [ConnectionParameters.Candidate], _ reason: String
    ) {
        guard openings[index]?.id == id else { return }
        var candidates = candidates
        if let last = candidates.firstIndex(where: { $0 == lastCandidate }) { candidates.swapAt(0, last) }
        openings[index]?.candidates = candidates.reversed()
        if !reason.isEmpty { openings[index]?.reasons = [reason] }
        tryNextCandidate(index)
    }

    private func tryNextCandidate(_ index: Int) {
        while let candidate = openings[index]?.candidates.popLast() {
            do {
                connections[index] = try Connection(
                    parameters, to: candidate, channel: configuration.channel
                ) { [unowned self] in connectionChanged(index, candidate, $0) }
                return
            } catch {
                openings[index]?.reasons.append(error.reason)
            }
        }
        let reasons = openings[index]?.reasons ?? []
        openings[index] = nil
        lost(index, reasons.joined(separator: "; "))
    }

    private func connectionChanged(
        _ index: Int, _ candidate: ConnectionParameters.Candidate, _ event: Connection.Event
    ) {
        switch event {
        case .connected:
            openings[index] = nil
            lastCandidate = candidate
            handle(.connected(index))
            update()
            log.debug("connected to the database", metadata: ["database": "\(configuration.url)"])
        case .answered(let failure): handle(.answered(index, failure))
        case .notified: shared.withLock { $0.version += 1 }
        case .lost(let failure) where openings[index] != nil:
            connections[index] = nil
            openings[index]?.reasons.append(failure.reason)
            tryNextCandidate(index)
        case .lost(let failure):
            connections[index] = nil
            log.notice(
                "a connection to the database was lost",
                metadata: ["database": "\(configuration.url)", "reason": "\(failure.reason)"])
            lost(index, failure.reason)
        }
    }

    private func lost(_ index: Int, _ reason: String) {
        handle(.lost(index, reason))
        update()
    }
}
