import Logging
import PostgresServer
import Serving
import Synchronization
import Testing

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
        url: String? = nil, _ change: (inout PostgresClient.Configuration) -> Void = { _ in },
        report: @escaping @Sendable (String?) -> Void = { _ in }
    ) throws -> PostgresClient {
        var configuration = PostgresClient.Configuration(try PostgresURL(url ?? self.url), applicationName: "test")
        change(&configuration)
        return PostgresClient(
            configuration, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, report: report)
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
}
