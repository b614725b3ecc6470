import Dispatch
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// Group commit: one thread commits for all requests. Writes that arrive while it waits for the disk, or for another process,
/// share the next transaction, and so the one fsync that makes them durable.
///
/// A write that waits holds no thread. It ends once: it is stored and acknowledged, or it fails and nothing of it is stored.
/// While another process holds the write lock, a write waits up to the busy timeout, counted from its arrival.
final class GroupCommit: Sendable {
    /// Thrown to writes that were not started when the database was closed.
    struct Closed: Error {}

    private struct Write: Sendable {
        let deadline: ContinuousClock.Instant
        /// Executes the statement, and keeps its result.
        let perform: @Sendable (Database) throws -> Void
        /// Called once, after the commit or without it.
        let finish: @Sendable (_ failure: (any Error)?) -> Void
    }

    private struct Queue {
        var writes: [Write] = []
        var isClosed = false
        var hasThread = false
    }

    /// Milliseconds that SQLite waits for the lock before the thread looks for writes that have waited too long.
    private static let lockWait: Int32 = 50

    private let database: any DatabaseWriter
    private let busyTimeout: Duration
    private let check: @Sendable (Database) throws -> Void
    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Parameter check: throws if the transaction must not commit. Called at its start and again before the commit.
    init(
        _ database: any DatabaseWriter, busyTimeout: Duration,
        check: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) {
        self.database = database
        self.busyTimeout = busyTimeout
        self.check = check
    }

    deinit {
        wakeUp.signal()
    }

    /// How many writes wait for the next transaction.
    var queuedWrites: Int { queue.withLock { $0.writes.count } }

    /// Returns when the write is on the disk. A write whose task is cancelled before its turn is not started.
    /// - Parameter body: executes at most one statement that writes. SQLite undoes a statement that fails, and nothing of the
    ///   other writes.
    /// - Throws: the body's error, or the transaction's. Nothing of the write is stored then.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let isCancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = Outcome<Value>()
                submit(
                    Write(deadline: .now + busyTimeout) { db in
                        let result = Result {
                            if isCancelled.isSet { throw CancellationError() }
                            return try body(db)
                        }
                        outcome.set(result)
                        // Some errors, such as a full disk, roll the transaction back: earlier writes are lost, and later
                        // ones would each commit by themselves.
                        if !db.isInsideTransaction { _ = try result.get() }
                    } finish: { failure in
                        continuation.resume(with: outcome.get(failure))
                    })
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    /// Lets the group that is being committed end, and fails the writes that are not started.
    func close() {
        let writes = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.writes = [] }
            return queue.writes
        }
        wakeUp.signal()
        for write in writes { write.finish(Closed()) }
    }

    private func submit(_ write: Write) {
        let (isClosed, isFirst, needsThread) = queue.withLock { queue in
            if queue.isClosed { return (true, false, false) }
            queue.writes.append(write)
            defer { queue.hasThread = true }
            return (false, queue.writes.count == 1, !queue.hasThread)
        }
        if isClosed { return write.finish(Closed()) }
        if needsThread { startThread() }
        if isFirst { wakeUp.signal() }
    }

    // MARK: The committing thread

    private func startThread() {
        let thread = Thread { [weak self, wakeUp] in
            while true {
                wakeUp.wait()
                guard let self, !self.queue.withLock({ $0.isClosed }) else { return }
                while self.queuedWrites > 0 { self.commitGroup() }
            }
        }
        thread.name = "commit"
        thread.start()
    }

    private func commitGroup() {
        var group: [Write] = []
        var failure: (any Error)?
        do {
            try database.writeWithoutTransaction { db in
                let connection = try db.connection
                sqlite3_busy_timeout(connection, Self.lockWait)
                defer { sqlite3_busy_timeout(connection, Int32(busyTimeout / .milliseconds(1))) }
                try db.inTransaction(.immediate) {
                    try check(db)
                    group = takeWrites { _ in true }
                    for write in group { try write.perform(db) }
                    try check(db)
                    return .commit
                }
            }
        } catch let error as DatabaseError where group.isEmpty && error.isLock {
            group = takeWrites { $0.deadline <= .now }
            failure = error
        } catch {
            failure = error
            // The transaction did not begin, so the error is that of every queued write.
            if group.isEmpty { group = takeWrites { _ in true } }
        }
        for write in group { write.finish(failure) }
    }

    private func takeWrites(where isTaken: (Write) -> Bool) -> [Write] {
        queue.withLock { queue in
            var (taken, kept): ([Write], [Write]) = ([], [])
            // Asked once for each: time passes.
            for write in queue.writes { if isTaken(write) { taken.append(write) } else { kept.append(write) } }
            queue.writes = kept
            return taken
        }
    }
}

extension DatabaseError {
    /// Whether another connection holds the lock.
    var isLock: Bool { resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED }
}

private final class Flag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}

/// The result of a write whose transaction has not committed yet.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    /// - Parameter failure: of the transaction, which overrides the write's own result.
    func get(_ failure: (any Error)?) -> Result<Value, any Error> {
        failure.map { .failure($0) } ?? result.withLock { $0! }
    }
}
