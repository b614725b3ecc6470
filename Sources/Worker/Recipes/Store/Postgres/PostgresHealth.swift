import Brigade
import Postgres
import Synchronization

/// Asks the database every second whether it can be used: readiness and `brigade status` show the answer.
final class PostgresHealth: Sendable {
    private let client: PostgresClient
    private let url: PostgresURL
    private let report: @Sendable (String?) -> Void
    private let state = Mutex(State())

    private struct State {
        var problem: String?
        var task: Task<Void, Never>?
    }

    private static let interval = Duration.seconds(1)
    /// A server that does not answer for as long is not one to send clients to.
    private static let timeout = Duration.seconds(1)

    private static let check = PostgresStatement(
        "check", .shortRead,
        """
        SELECT EXISTS (SELECT \(Recipe.columns), search_text FROM recipe), EXISTS (SELECT id, email FROM "user"), \
        current_setting('transaction_read_only') = 'on'
        """)

    /// - Parameter report: called with the problem when one begins, and with nil when it ends.
    init(_ client: PostgresClient, _ url: PostgresURL, _ report: @escaping @Sendable (String?) -> Void) {
        self.client = client
        self.url = url
        self.report = report
    }

    func start(on host: any ApplicationHost) {
        let task = host.startTask { [self] in
            while !Task.isCancelled {
                await ask()
                try? await Task.sleep(for: Self.interval)
            }
        }
        state.withLock { $0.task = task }
    }

    func stop() {
        state.withLock { $0.task }?.cancel()
    }

    /// Why the database cannot be used; nil if it can.
    var problem: String? {
        // The client's is known before the next check.
        client.problem.map(description) ?? state.withLock { $0.problem }
    }

    private func ask() async {
        do {
            let isReadOnly = try await client.execute(Self.check, timeout: Self.timeout) { $0.boolean(0, 2) }
            found(isReadOnly ? "it takes no writes: it is a standby, or read-only" : nil)
        } catch {
            found("\(error)")
        }
    }

    private func description(_ reason: String) -> String { "the database \(url) cannot be used: \(reason)" }

    private func found(_ reason: String?) {
        let problem = reason.map(description)
        let hasChanged = state.withLock { state in
            defer { state.problem = problem }
            return (state.problem == nil) != (problem == nil)
        }
        guard hasChanged else { return }
        report(problem.map { "\($0); requests get a 503 until it can" })
    }
}
