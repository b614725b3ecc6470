import Brigade
import GRDB
import Glibc
import Synchronization

/// Short reads on the event loop. It has a read-only connection of its own and never waits for a lock. A read that takes longer
/// than its budget is stopped, and its caller runs it on the blocking pool.
///
/// The reads of one pass of the loop share a read transaction: beginning and ending one takes locks, which cost more than
/// the read. A statement that stands at a row holds the transaction: the last one that found a recipe by its ID, or the one
/// that reads the version. Longer than a pass would keep checkpoints from making progress. Without a loop, each read is a
/// transaction.
///
/// It serves one thread, that of its first caller, which is the loop's. Other threads read through the pool. The mutex makes
/// it `Sendable`; nothing contends for it.
final class NonBlockingReader: Sendable {
    private struct Session: ~Copyable {
        let connection: ReadOnlyConnection
        /// Two equal statements. `current` may stand at a row, and then holds the transaction.
        var current: Statement
        var spare: Statement
        let schemaCheck: Statement
        private let dataVersion: Statement
        /// Whether `dataVersion` stands at its row, and so holds the transaction.
        private var isAtVersion = false
        var finder: RecipeFinder
        /// Counts the sessions of the process.
        let number: Int
        var isInTransaction = false
        /// Ends the transaction when the loop's pass ends; nil without a loop. Stored, because every pass needs it.
        var endAfterPass: (@Sendable () -> Void)?

        init(
            _ connection: consuming ReadOnlyConnection, number: Int, endAfterPass: (@Sendable () -> Void)?
        ) throws(DatabaseError) {
            let handle = connection.handle
            func prepare(_ sql: String) throws(DatabaseError) -> Statement {
                try Statement(handle, sql, isKept: true)
            }
            let recipe = "SELECT \(Recipe.columns) FROM recipe WHERE id = ?"
            let current = try prepare(recipe)
            let spare = try prepare(recipe)
            let schemaCheck = try prepare(
                "SELECT EXISTS (SELECT \(Recipe.columns) FROM recipe), EXISTS (SELECT id, email FROM user)")
            let dataVersion = try prepare("PRAGMA data_version")
            finder = try RecipeFinder(prepare: prepare)
            self.current = current
            self.spare = spare
            self.schemaCheck = schemaCheck
            self.dataVersion = dataVersion
            self.number = number
            self.endAfterPass = endAfterPass
            self.connection = connection
        }

        mutating func endTransaction() {
            guard isInTransaction else { return }
            current.reset()
            if isAtVersion { dataVersion.reset() }
            isAtVersion = false
            isInTransaction = false
        }

        /// Begins the pass's transaction, unless it has begun.
        mutating func beginTransaction() throws(DatabaseError) {
            guard !isInTransaction else { return }
            _ = try version()
            isInTransaction = true
            if let endAfterPass { endAfterPass() }
        }

        mutating func find(
            _ search: RecipeSearch, _ budget: Budget, _ body: (borrowing Statement) -> Void
        ) throws(DatabaseError) {
            try connection.limitingTime(to: budget.time) { () throws(DatabaseError) in
                try finder.find(search, readingAtMost: budget.size, body)
            }
        }

        /// A number that changes with each commit of another connection. Within the transaction it stays.
        mutating func version() throws(DatabaseError) -> Int64 {
            if !isAtVersion { isAtVersion = try dataVersion.step() }
            return dataVersion.integer(at: 0)
        }

        mutating func endTransactionWithoutLoop() {
            if endAfterPass == nil { endTransaction() }
        }

        /// `spare` stands at a row and takes over the transaction.
        mutating func swapStatements() {
            current.reset()
            swap(&current, &spare)
            isInTransaction = true
        }
    }

    /// What a read may use of the loop.
    struct Budget: Sendable {
        var time = Duration.milliseconds(1)
        /// Bytes of the rows that are read.
        var size = 64 << 10
    }

    private let budget: Budget

    private static let sessions = Atomic(0)
    private let session = Mutex<Session?>(nil)
    private let host = Mutex<(any ApplicationHost)?>(nil)
    private let thread = Atomic<pthread_t>(0)

    init(_ location: DatabaseLocation, budget: Budget = Budget()) throws(DatabaseError) {
        self.budget = budget
        try open(location)
    }

    /// Opens the database, again if it is open. Any thread may call it.
    func open(_ location: DatabaseLocation) throws(DatabaseError) {
        try session.withLock { (session) throws(DatabaseError) in
            session = nil
            let connection = try ReadOnlyConnection(location)
            let number = Self.sessions.add(1, ordering: .relaxed).newValue
            session = try Session(connection, number: number, endAfterPass: endAfterPass)
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
            guard session.spare.size(ofColumns: 0..<Recipe.columnCount) <= budget.size else {
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

    /// Calls the body for each recipe that is found, in the order of the IDs, with a statement that stands at its row.
    /// - Throws: SQLITE_BUSY or SQLITE_LOCKED instead of waiting, SQLITE_TOOBIG or SQLITE_INTERRUPT if the budget is used up.
    func find(
        _ search: RecipeSearch, _ body: (borrowing Statement) -> Void
    ) throws(DatabaseError) {
        try withSession { session throws(DatabaseError) in
            try session.beginTransaction()
            defer { session.endTransactionWithoutLoop() }
            try session.find(search, budget, body)
        }
    }

    /// Changes whenever a commit may have changed what this reader's reads return.
    func version() throws(DatabaseError) -> StoreVersion {
        try withSession { session throws(DatabaseError) in
            try session.beginTransaction()
            defer { session.endTransactionWithoutLoop() }
            return StoreVersion(session: session.number, number: try session.version())
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
