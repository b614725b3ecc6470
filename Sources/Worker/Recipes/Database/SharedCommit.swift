import Dispatch
import GRDB
import Synchronization

/// Writes that arrive together share a transaction, and so the one wait for the disk that makes them durable.
///
/// While one thread commits, others that want to write queue up; the first of them commits for all when the database is
/// free. Each write is a savepoint: one that fails takes back what it did, and nothing of the others. Who waits hears of its
/// write when it is on the disk.
final class SharedCommit: Sendable {
    /// One thread's write, and how the thread hears of it.
    private final class Write: Sendable {
        private let body: @Sendable (Database) throws -> Void
        private let end = Mutex<Result<Void, any Error>?>(nil)
        private let turn = DispatchSemaphore(value: 0)

        init(_ body: @escaping @Sendable (Database) throws -> Void) {
            self.body = body
        }

        /// Does it in a savepoint, within a transaction.
        /// - Throws: what ended that transaction.
        func perform(_ db: Database) throws {
            let result = Result {
                try db.inSavepoint {
                    try body(db)
                    return .commit
                }
            }
            end.withLock { $0 = result }
            // A full disk, say, ends it: what went before is lost, and what follows would be committed by itself.
            if !db.isInsideTransaction { try result.get() }
        }

        /// - Parameter failure: of the transaction as a whole, which stands over its own end.
        func finish(_ failure: (any Error)?) {
            if let failure { end.withLock { $0 = .failure(failure) } }
            turn.signal()
        }

        /// Waits until it is finished, or until its thread is to commit.
        /// - Returns: how it ended, if it has.
        func wait() -> Result<Void, any Error>? {
            turn.wait()
            return end.withLock { $0 }
        }

        func takeTurn() {
            turn.signal()
        }
    }

    private struct Queue {
        var writes: [Write] = []
        /// Whether a thread commits, or is about to.
        var isServed = false
    }

    private let database: any DatabaseWriter
    private let queue = Mutex(Queue())

    init(_ database: any DatabaseWriter) {
        self.database = database
    }

    /// How many writes wait for a transaction that has not begun.
    var waiting: Int { queue.withLock { $0.writes.count } }

    /// Blocks until the write is on the disk.
    /// - Throws: what the body throws, or what kept the transaction from its end; then nothing of the write is stored.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) throws -> Value {
        let value = Mutex<Value?>(nil)
        let write = Write { db in
            let made = try body(db)
            value.withLock { $0 = made }
        }
        try submit(write).get()
        return value.withLock { $0 }!
    }

    private func submit(_ write: Write) -> Result<Void, any Error> {
        let isFirst = queue.withLock { queue in
            queue.writes.append(write)
            defer { queue.isServed = true }
            return !queue.isServed
        }
        if !isFirst, let end = write.wait() { return end }
        commit()
        return write.wait()!
    }

    /// Commits all that wait when the database is free, and passes the turn on.
    private func commit() {
        var writes: [Write] = []
        var failure: (any Error)?
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    writes = takeAll()
                    for write in writes { try write.perform(db) }
                    return .commit
                }
            }
        } catch {
            failure = error
            // It was not free in time, for none of them.
            if writes.isEmpty { writes = takeAll() }
        }
        queue.withLock { queue in
            queue.isServed = !queue.writes.isEmpty
            queue.writes.first?.takeTurn()
        }
        for write in writes { write.finish(failure) }
    }

    private func takeAll() -> [Write] {
        queue.withLock { queue in
            defer { queue.writes = [] }
            return queue.writes
        }
    }
}
