import Brigade
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
    private let check: @Sendable (Database) throws -> Void
    private let queue = Mutex(Queue())

    /// - Parameter check: whether a transaction may be committed; called when it has begun, and again before its end.
    init(_ database: any DatabaseWriter, check: @escaping @Sendable (Database) throws -> Void = { _ in }) {
        self.database = database
        self.check = check
    }

    /// How many writes wait for a transaction that has not begun.
    var waiting: Int { queue.withLock { $0.writes.count } }

    /// Blocks until the write is on the disk. One that nobody waits for any more when its turn comes is not begun: its client
    /// has been told that it failed, and may have asked again.
    /// - Throws: what the body throws, or what kept the transaction from its end; then nothing of the write is stored.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) throws -> Value {
        let value = Mutex<Value?>(nil)
        let isGivenUp = Mutex(false)
        let write = Write { db in
            if isGivenUp.withLock({ $0 }) { throw CancellationError() }
            let made = try body(db)
            value.withLock { $0 = made }
        }
        try withBlockingCancellationHandler {
            try submit(write).get()
        } onCancel: {
            isGivenUp.withLock { $0 = true }
        }
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
                    try check(db)
                    writes = takeAll()
                    for write in writes { try write.perform(db) }
                    try check(db)
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
