import Brigade
import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// Reads single recipes on the event loop. It has a read-only connection of its own and never waits for a lock.
///
/// The reads of one pass of the loop share a read transaction: beginning and ending one takes locks, which cost more than
/// the read. The last statement that found a row stays at it and so holds the transaction, until the next statement has
/// found its own or the pass ends. Longer would keep checkpoints from making progress. Without a loop, each read is a
/// transaction.
///
/// It serves one thread, that of its first caller, which is the loop's. Other threads read through the pool. The mutex makes
/// it `Sendable`; nothing contends for it.
final class NonBlockingReader: Sendable {
    private struct Session: ~Copyable {
        let connection: Connection
        /// Two equal statements. `current` may stand at a row, and then holds the transaction.
        var current: Statement
        var spare: Statement
        let schemaCheck: Statement
        var isInTransaction = false
        /// Ends the transaction when the loop's pass ends; nil without a loop. Stored, because every pass needs it.
        var endAfterPass: (@Sendable () -> Void)?

        mutating func endTransaction() {
            guard isInTransaction else { return }
            current.reset()
            isInTransaction = false
        }

        /// `spare` stands at a row and takes over the transaction.
        mutating func swapStatements() {
            current.reset()
            swap(&current, &spare)
            isInTransaction = true
        }
    }

    private struct Connection: ~Copyable {
        let handle: OpaquePointer

        init(_ location: DatabaseLocation) throws(DatabaseError) {
            var handle: OpaquePointer?
            let code = sqlite3_open_v2(location.path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
            guard code == SQLITE_OK, let handle else {
                let message = sqlite3_errmsg(handle).map { String(cString: $0) }
                sqlite3_close_v2(handle)
                throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
            }
            self.handle = handle
        }

        // Close_v2 waits for the statements, whichever is destroyed first.
        deinit { sqlite3_close_v2(handle) }
    }

    /// Bytes. A larger recipe would hold the loop up.
    private static let maxRecipeSize = 64 << 10

    private let session = Mutex<Session?>(nil)
    private let host = Mutex<(any ApplicationHost)?>(nil)
    private let thread = Atomic<pthread_t>(0)

    init(_ location: DatabaseLocation) throws(DatabaseError) {
        try open(location)
    }

    /// Opens the database, again if it is open. Any thread may call it.
    func open(_ location: DatabaseLocation) throws(DatabaseError) {
        try session.withLock { (session) throws(DatabaseError) in
            session = nil
            let connection = try Connection(location)
            let sql = "SELECT \(Recipe.columns) FROM recipe WHERE id = ?"
            let current = try Statement(connection.handle, sql, isKept: true)
            let spare = try Statement(connection.handle, sql, isKept: true)
            let tables =
                "SELECT EXISTS (SELECT \(Recipe.columns) FROM recipe), EXISTS (SELECT id, email FROM user)"
            let schemaCheck = try Statement(connection.handle, tables, isKept: true)
            session = Session(
                connection: connection, current: current, spare: spare, schemaCheck: schemaCheck,
                endAfterPass: endAfterPass)
        }
    }

    /// From now on, reads of the same pass of the server's loop share a transaction.
    func attach(to host: any ApplicationHost) {
        self.host.withLock { $0 = host }
        let endAfterPass = endAfterPass
        session.withLock { $0?.endAfterPass = endAfterPass }
    }

    /// It retains this reader as long as the session is open.
    private var endAfterPass: (@Sendable () -> Void)? {
        guard let host = host.withLock({ $0 }) else { return nil }
        let end: @Sendable () -> Void = { self.passEnded() }
        return { host.afterPass(end) }
    }

    /// The next read sees what has been committed since.
    private func passEnded() {
        session.withLock { $0?.endTransaction() }
    }

    func close() {
        session.withLock { $0 = nil }
    }

    /// Whether the caller is on the thread that this reader serves.
    var isOnItsThread: Bool {
        let caller = pthread_self()
        let (isFirst, owner) = thread.compareExchange(expected: 0, desired: caller, ordering: .relaxed)
        return isFirst || owner == caller
    }

    /// - Throws: SQLITE_BUSY or SQLITE_LOCKED instead of waiting, SQLITE_TOOBIG for a recipe that is too large for the loop.
    func recipe(_ id: Int64) throws(DatabaseError) -> EncodedJSON<Recipe>? {
        try withSession { session throws(DatabaseError) in
            var isFound = false
            defer { if !isFound { session.spare.reset() } }
            try session.spare.bind(id, at: 1)
            guard try session.spare.step() else { return nil }
            guard session.spare.size(ofColumns: 0..<Recipe.columnCount) <= Self.maxRecipeSize else {
                throw DatabaseError(resultCode: .SQLITE_TOOBIG)
            }
            isFound = true
            let isFirstOfPass = !session.isInTransaction
            session.swapStatements()
            let recipe = Recipe.written(session.current)
            if isFirstOfPass {
                if let endAfterPass = session.endAfterPass { endAfterPass() } else { session.endTransaction() }
            }
            return recipe
        }
    }

    /// - Throws: if a table or a column is missing.
    func checkSchema() throws(DatabaseError) {
        try withSession { session throws(DatabaseError) in
            defer { session.schemaCheck.reset() }
            _ = try session.schemaCheck.step()
        }
    }

    /// - Throws: SQLITE_MISUSE after `close()`.
    private func withSession<Result>(
        _ body: (inout Session) throws(DatabaseError) -> sending Result
    ) throws(DatabaseError) -> Result {
        try session.withLock { (session) throws(DatabaseError) -> sending Result in
            guard session != nil else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "closed") }
            return try body(&session!)
        }
    }
}
