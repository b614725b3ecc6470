import Brigade
import Dispatch
import GRDB
import Synchronization

/// Group commit: writes that arrive at the same time share a transaction, and so the one fsync that makes them durable.
///
/// While one thread commits, other writes queue. The thread of the first queued write commits for all of them when the
/// database is free. Each write runs in a savepoint, so one that fails reverts nothing of the others.
final class GroupCommit: Sendable {
    /// One thread's write and its result.
    private final class Write: Sendable {
        private let body: @Sendable (Database) throws -> Void
        private let result = Mutex<Result<Void, any Error>?>(nil)
        /// Signalled once if the thread is to commit for the group, and once when the write has finished.
        private let wakeUp = DispatchSemaphore(value: 0)

        init(_ body: @escaping @Sendable (Database) throws -> Void) {
            self.body = body
        }

        /// - Throws: the error that ended the whole transaction.
        func perform(_ db: Database) throws {
            let result = Result {
                try db.inSavepoint {
                    try body(db)
                    return .commit
                }
            }
            self.result.withLock { $0 = result }
            // Some errors, such as a full disk, roll the transaction back: earlier writes are lost, and later ones would
            // each commit by themselves.
            if !db.isInsideTransaction { try result.get() }
        }

        /// - Parameter error: the transaction's, which overrides the write's own result.
        func finish(_ error: (any Error)?) {
            if let error { result.withLock { $0 = .failure(error) } }
            wakeUp.signal()
        }

        /// Waits until the write has finished or its thread is to commit.
        /// - Returns: nil if the thread is to commit.
        func wait() -> Result<Void, any Error>? {
            wakeUp.wait()
            return result.withLock { $0 }
        }

        func becomeLeader() {
            wakeUp.signal()
        }
    }

    private struct Queue {
        var writes: [Write] = []
        /// Whether a thread commits or is about to.
        var hasLeader = false
    }

    private let database: any DatabaseWriter
    private let check: @Sendable (Database) throws -> Void
    private let queue = Mutex(Queue())

    /// - Parameter check: throws if the transaction must not commit. Called at its start and again before the commit.
    init(_ database: any DatabaseWriter, check: @escaping @Sendable (Database) throws -> Void = { _ in }) {
        self.database = database
        self.check = check
    }

    /// How many writes wait for the next transaction.
    var queuedWrites: Int { queue.withLock { $0.writes.count } }

    /// Blocks until the write is on the disk. A write whose request has timed out by its turn is not started: its client has
    /// been told that it failed, and may have sent it again.
    /// - Throws: the body's error, or the transaction's. Nothing of the write is stored then.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) throws -> Value {
        let value = Mutex<Value?>(nil)
        let isCancelled = Mutex(false)
        let write = Write { db in
            if isCancelled.withLock({ $0 }) { throw CancellationError() }
            let made = try body(db)
            value.withLock { $0 = made }
        }
        try withBlockingCancellationHandler {
            try submit(write).get()
        } onCancel: {
            isCancelled.withLock { $0 = true }
        }
        return value.withLock { $0 }!
    }

    private func submit(_ write: Write) -> Result<Void, any Error> {
        let isLeader = queue.withLock { queue in
            queue.writes.append(write)
            defer { queue.hasLeader = true }
            return !queue.hasLeader
        }
        if !isLeader, let result = write.wait() { return result }
        commitQueue()
        return write.wait()!
    }

    /// Commits all queued writes when the database is free, then makes the first write that has arrived since the leader.
    private func commitQueue() {
        var writes: [Write] = []
        var failure: (any Error)?
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try check(db)
                    writes = takeQueue()
                    for write in writes { try write.perform(db) }
                    try check(db)
                    return .commit
                }
            }
        } catch {
            failure = error
            // The transaction did not begin, so the error is that of every queued write.
            if writes.isEmpty { writes = takeQueue() }
        }
        queue.withLock { queue in
            queue.hasLeader = !queue.writes.isEmpty
            queue.writes.first?.becomeLeader()
        }
        for write in writes { write.finish(failure) }
    }

    private func takeQueue() -> [Write] {
        queue.withLock { queue in
            defer { queue.writes = [] }
            return queue.writes
        }
    }
}
