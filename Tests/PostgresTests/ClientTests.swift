import Logging
import PostgresServer
import Serving
import Synchronization
import Testing
import TestSupport

@testable import Postgres

extension PostgresStatement {
    static let one = PostgresStatement("one", .shortRead, "SELECT 1")
    static let echo = PostgresStatement("echo", .shortRead, parameters: [.integer, .text], "SELECT $1, $2")
    static let missing = PostgresStatement("missing", .shortRead, "SELECT * FROM missing")
    static let divide = PostgresStatement("divide", .shortRead, parameters: [.integer], "SELECT 10 / $1")
    static let insert = PostgresStatement("insert", .write, parameters: [.integer], "INSERT INTO item VALUES ($1)")
    static let count = PostgresStatement("count", .longRead, "SELECT count(*) FROM item")
    static let sleep = PostgresStatement("sleep", .longRead, parameters: [.integer], "SELECT pg_sleep($1)::text")
}

/// A database of a test's own, with clients.
final class TestDatabase: Sendable {
    let server: PostgresServer
    let url: String

    init(_ server: PostgresServer? = nil) throws {
        TestLoop.start()
        self.server = try server ?? PostgresServer.shared.get()
        url = try self.server.makeDatabase()
        try self.server.execute("CREATE TABLE item (id bigint PRIMARY KEY)", on: url)
    }

    func client(
        url: String? = nil, _ change: (inout PostgresClient.Configuration) -> Void = { _ in }
    ) throws -> PostgresClient {
        var configuration = PostgresClient.Configuration(try PostgresURL(url ?? self.url), applicationName: "test")
        change(&configuration)
        return PostgresClient(
            configuration, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func execute(_ sql: String) throws {
        try server.execute(sql, on: url)
    }
}

extension PostgresClient {
    func count() async throws -> Int64? { try await execute(.count) { $0.integer(0, 0) } }

    func insert(_ id: Int64) async throws { try await execute(.insert, [.integer(id)]) { _ in } }
}

@Suite struct ClientTests {
    @Test func valuesOfAllTypesArriveAsTheyWereSent() async throws {
        let client = try TestDatabase().client()
        for (number, text) in [(Int64.min, ""), (-1, "a\"\\é🍮"), (.max, String(repeating: "x", count: 100_000))] {
            let values = try await client.execute(.echo, [.integer(number), .text(text)]) {
                ($0.integer(0, 0), $0.text(0, 1), $0.count)
            }
            #expect(values == (number, text, 1))
        }
        let nulls = try await client.execute(.echo, [.null, .null]) { ($0.integer(0, 0), $0.text(0, 1)) }
        #expect(nulls == (nil, nil))
        client.close()
    }

    @Test func theRequestsOfAPassShareAPacket() async throws {
        let database = try TestDatabase()
        let proxy = FaultyProxy(to: database.server.port)
        let url = database.url.replacing(":\(database.server.port)", with: ":\(proxy.port)")
        let client = try database.client(url: url) { $0.connections = 1 }
        // The statement is prepared.
        _ = try await client.execute(.one) { $0.count }
        let before = proxy.pieces
        let results = await withCheckedContinuation { continuation in
            LoopActor.run {
                let tasks = (0..<50).map { _ in Task.immediate { try await client.execute(.one) { $0.count } } }
                continuation.resume(returning: tasks)
            }
        }
        for result in results { #expect(try await result.value == 1) }
        #expect(proxy.pieces == before + 1)
        client.close()
    }

    @Test func aFailedReadDoesNotDisturbOthersOfTheSameBatch() async throws {
        let client = try TestDatabase().client { $0.connections = 1 }
        try await withThrowingTaskGroup(of: Int64?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        return try await client.execute(.divide, [.integer(Int64(number % 5))]) { $0.integer(0, 0) }
                    } catch PostgresError.server(let message) {
                        #expect(message.code == "22012")
                        return nil
                    }
                }
            }
            let results = try await group.reduce(into: []) { $0.append($1) }
            #expect(results.count { $0 == nil } == 4)
            #expect(results.count { $0 == 10 } == 4)
        }
        client.close()
    }

    @Test func aFailedWriteIsAloneInItsFailure() async throws {
        let client = try TestDatabase().client()
        try await client.insert(7)
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        try await client.insert(Int64(number))
                        return false
                    } catch PostgresError.server(let message) where message.code == SQLState.uniqueViolation {
                        return true
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 1)
        #expect(try await client.count() == 20)
        client.close()
    }

    @Test func aStatementIsPreparedAgainAfterItsTableHasChanged() async throws {
        let database = try TestDatabase()
        let client = try database.client { $0.connections = 1 }
        let all = PostgresStatement("all", .shortRead, "SELECT * FROM item")
        try await client.insert(1)
        #expect(try await client.execute(all) { $0.count } == 1)
        try database.execute("ALTER TABLE item ADD COLUMN name text DEFAULT 'x'")
        #expect(try await client.execute(all) { $0.text(0, 1) } == "x")
        client.close()
    }

    @Test func aMissingTableIsAnErrorUntilItIsThere() async throws {
        let database = try TestDatabase()
        let client = try database.client()
        for _ in 0..<2 {
            let error = await failure { try await client.execute(.missing) { _ in } }
            #expect(error == .server(ServerMessage(code: "42P01", #"relation "missing" does not exist"#)))
        }
        try database.execute("CREATE TABLE missing ()")
        #expect(try await client.execute(.missing) { $0.count } == 0)
        client.close()
    }

    @Test func aNotificationChangesTheVersion() async throws {
        let database = try TestDatabase()
        // A second connection would change the version when it is open.
        let client = try database.client {
            $0.channel = "items"
            $0.connections = 1
        }
        _ = try await client.count()
        let version = try #require(client.version)
        #expect(client.version == version)
        try database.execute("NOTIFY items")
        while client.version == version { try await client.pause() }
        client.close()
    }

    // MARK: Deadlines

    @Test func aWriteThatWaitsForALockEndsAtItsDeadlineAndReadsGoOn() async throws {
        let database = try TestDatabase()
        let client = try database.client { $0.timeout = .milliseconds(500) }
        try await client.insert(1)
        let holder = try BlockingConnection(PostgresURL(database.url), applicationName: "test")
        _ = try holder.execute("BEGIN")
        _ = try holder.execute("LOCK TABLE item IN SHARE MODE")
        try await withThrowingTaskGroup { group in
            for number in 2..<102 {
                group.addTask {
                    let writeError = await failure { try await client.insert(Int64(number)) }
                    #expect(writeError?.isTimedOut == true)
                }
            }
            group.addTask {
                for _ in 0..<20 {
                    let count = try await client.count()
                    #expect(count == 1)
                }
            }
            try await group.waitForAll()
        }
        _ = try holder.execute("COMMIT")
        try await client.insert(200)
        #expect(try await client.count() == 2)
        client.close()
    }

    @Test func aLongReadIsCancelledAtItsDeadline() async throws {
        let database = try TestDatabase()
        let client = try database.client { $0.connections = 1 }
        let error = await failure {
            try await client.execute(.sleep, [.integer(600)], timeout: .milliseconds(200)) { _ in }
        }
        #expect(error?.isTimedOut == true)
        // The same connection.
        #expect(try await client.count() == 0)
        client.close()
    }
}

/// The error that the body throws.
func failure(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

extension PostgresError {
    var isUnavailable: Bool { if case .unavailable = self { true } else { isTimedOut } }
    var isTimedOut: Bool { if case .timedOut = self { true } else { false } }
    var isOutcomeUnknown: Bool { if case .outcomeUnknown = self { true } else { false } }
}

extension PostgresClient {
    /// Lets the loop and the server work: the caller waits for a state.
    func pause() async throws { try await Task.sleep(for: .milliseconds(5)) }

    /// Waits until the client can be used again.
    func awaitRecovery() async throws {
        while true {
            do {
                _ = try await execute(.one, timeout: .seconds(1)) { $0.count }
                return
            } catch is PostgresError {
                try await pause()
            }
        }
    }
}
