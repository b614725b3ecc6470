import Brigade
import GRDB
import Synchronization
import Testing

@testable import Recipes

@Suite struct GroupCommitTests {
    private let directory = TemporaryDirectory()
    private let database: SQLiteStore
    /// Another process' connection.
    private let other: DatabaseQueue

    init() throws {
        database = try directory.seededDatabase()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        other = try DatabaseQueue(path: database.location.path, configuration: configuration)
    }

    private func lock() async throws {
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    private func unlock() async throws {
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }

    /// Starts writes while another process holds the lock, and unlocks when all of them are queued.
    private func write(
        _ count: Int, _ body: @escaping @Sendable (_ number: Int) async throws -> Int64
    ) async throws -> [Task<Int64, any Error>] {
        try await lock()
        let tasks = (0..<count).map { number in Task { try await body(number) } }
        while try database.groupCommit.queuedWrites < count { await Task.yield() }
        try await unlock()
        return tasks
    }

    @Test func concurrentWritesShareACommit() async throws {
        let counter = CommitCounter()
        try database.pool.add(transactionObserver: counter)
        let tasks = try await write(200) { number in
            try await database.create(label: "\(number)", source: "", url: "", submitterID: 1)!.id
        }
        var ids: Set<Int64> = []
        for task in tasks { ids.insert(try await task.value) }
        #expect(ids == Set(4...203))
        #expect(counter.count == 1)
        #expect(try await database.recipes(limit: nil).count == 203)
    }

    @Test func aFailedWriteRevertsNoOtherWrite() async throws {
        let tasks = try await write(6) { number in
            try await database.write { db in
                // Every second one has an ID that is taken.
                let id = number.isMultiple(of: 2) ? 1 : 100 + number
                try db.execute(sql: "INSERT INTO recipe (id, label) VALUES (?, ?)", arguments: [id, "\(number)"])
                return Int64(number)
            }
        }
        for (number, task) in tasks.enumerated() {
            if number.isMultiple(of: 2) {
                await #expect(throws: DatabaseError.self) { try await task.value }
            } else {
                #expect(try await task.value == Int64(number))
            }
        }
        let labels = try await database.pool.read {
            try String.fetchSet($0, sql: "SELECT label FROM recipe WHERE id > 3")
        }
        #expect(labels == ["1", "3", "5"])
    }

    @Test func aRolledBackTransactionFailsAllItsWrites() async throws {
        let tasks = try await write(6) { number in
            try await database.groupCommit.write { db in
                // As SQLite itself does when the disk is full.
                try db.execute(
                    sql: number == 3
                        ? "INSERT OR ROLLBACK INTO recipe (id, label) VALUES (1, '')"
                        : "INSERT INTO recipe (label) VALUES ('lost')")
                return Int64(number)
            }
        }
        for task in tasks { await #expect(throws: DatabaseError.self) { try await task.value } }
        let stored = try await database.pool.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM recipe WHERE label = 'lost'")
        }
        #expect(stored == 0)
        #expect(try await database.create(label: "next", source: "", url: "", submitterID: 1) != nil)
    }

    @Test func aWriteFailsWhenItHasWaitedForTheBusyTimeout() async throws {
        let hasty = try SQLiteStore(serving: database.location, busyTimeout: .milliseconds(100))
        try await lock()
        let error = await #expect(throws: HTTPError.self) {
            try await hasty.create(label: "late", source: "", url: "", submitterID: 1)
        }
        #expect(error?.status == .serviceUnavailable)
        #expect(error?.fields.contains(Field("retry-after", "1")) == true)
        #expect(try hasty.groupCommit.queuedWrites == 0)
        try await unlock()
        #expect(try await hasty.create(label: "next", source: "", url: "", submitterID: 1)?.id == 4)
        try hasty.close()
    }

    @Test func aCancelledWriteIsNotStarted() async throws {
        try await lock()
        let task = Task { try await database.create(label: "gone", source: "", url: "", submitterID: 1) }
        while try database.groupCommit.queuedWrites < 1 { await Task.yield() }
        task.cancel()
        try await unlock()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await database.recipes(limit: nil).count == 3)
    }

    @Test func closingFailsTheWritesThatWait() async throws {
        try await lock()
        let task = Task { try await database.create(label: "gone", source: "", url: "", submitterID: 1) }
        while try database.groupCommit.queuedWrites < 1 { await Task.yield() }
        try database.groupCommit.close()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.status == .serviceUnavailable)
        try await unlock()
        #expect(try await database.recipes(limit: nil).count == 3)
    }
}

private final class CommitCounter: TransactionObserver, Sendable {
    private let commits = Atomic(0)

    var count: Int { commits.load(ordering: .relaxed) }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { commits.add(1, ordering: .relaxed) }
    func databaseDidRollback(_ db: Database) {}
}
