import Foundation
import GRDB
import Synchronization
import Testing

@testable import Recipes

@Suite struct GroupCommitTests {
    private struct Refused: Error {}

    @Test func concurrentWritesShareACommit() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let counter = CommitCounter()
        try database.pool.add(transactionObserver: counter)
        let threads = try write(12, to: database) { number in
            try database.create(label: "\(number)", source: "", url: "", submitterID: 1)!.id
        }
        let ids = try threads.map { try $0.value() }
        #expect(Set(ids) == Set(4...15))
        #expect(counter.count == 1)
        #expect(try database.recipes(limit: nil).count == 15)
    }

    @Test func aFailedWriteRevertsNoOtherWrite() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let threads = try write(6, to: database) { number in
            try database.groupCommit.write { db in
                try db.execute(sql: "INSERT INTO recipe (label) VALUES (?)", arguments: ["\(number)"])
                if number.isMultiple(of: 2) { throw Refused() }
                return Int64(number)
            }
        }
        for (number, thread) in threads.enumerated() {
            if number.isMultiple(of: 2) {
                #expect(throws: Refused.self) { try thread.value() }
            } else {
                #expect(try thread.value() == Int64(number))
            }
        }
        let labels = try database.pool.read { try String.fetchSet($0, sql: "SELECT label FROM recipe WHERE id > 3") }
        #expect(labels == ["1", "3", "5"])
    }

    @Test func aRolledBackTransactionFailsAllItsWrites() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let threads = try write(6, to: database) { number in
            try database.groupCommit.write { db in
                try db.execute(sql: "INSERT INTO recipe (label) VALUES ('lost')")
                // As SQLite itself does when the disk is full.
                guard number > 0 else { return 0 }
                try db.execute(sql: "INSERT OR ROLLBACK INTO recipe (id, label) VALUES (1, '')")
                return Int64(number)
            }
        }
        for thread in threads { #expect(throws: DatabaseError.self) { try thread.value() } }
        let stored = try database.pool.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM recipe WHERE label = 'lost'")
        }
        #expect(stored == 0)
        #expect(try database.create(label: "next", source: "", url: "", submitterID: 1) != nil)
    }

    /// Starts writes on several threads while the database is locked, and unlocks it when all of them are queued.
    private func write(
        _ count: Int, to database: RecipeDatabase, _ body: @escaping @Sendable (_ number: Int) throws -> Int64
    ) throws -> [Writer] {
        try DatabaseQueue(path: database.location.path).writeWithoutTransaction { db in
            var threads: [Writer] = []
            try db.inTransaction(.immediate) {
                threads = (0..<count).map { number in Writer { try body(number) } }
                while try database.groupCommit.queuedWrites < count { sched_yield() }
                return .rollback
            }
            return threads
        }
    }
}

/// A thread with a result.
private final class Writer: Sendable {
    private let result = Mutex<Result<Int64, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Int64) {
        Thread.detachNewThread { [self] in
            let result = Result { try body() }
            self.result.withLock { $0 = result }
        }
    }

    func value() throws -> Int64 {
        while true {
            if let result = result.withLock({ $0 }) { return try result.get() }
            sched_yield()
        }
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
