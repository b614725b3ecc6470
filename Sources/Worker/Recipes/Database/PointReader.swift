import Brigade
import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// Reads single recipes by a connection of its own that is read-only and never waits for a lock.
///
/// The reads of one pass of the loop share a read transaction: to begin and end one takes locks, which cost more than
/// the read. It is held by the last statement that found a row, which stays there until the next one stands at its own,
/// or until the pass has ended: a transaction that stayed open would keep checkpoints from going on. Where there is no
/// loop, each read has a transaction of its own.
///
/// It is for one thread, that of its first caller: the loop's, where every request for a recipe begins. Others wait for
/// locks, and read by the pool. The mutex holds what is not safe for several threads; nobody contends for it.
final class PointReader: Sendable {
    /// The connection, and the statements prepared on it.
    private struct Session: ~Copyable {
        let connection: Connection
        /// Of two equal statements the one that holds the transaction, if there is one.
        var holder: Statement
        var other: Statement
        let any: Statement
        var isReading = false
        /// Lets the transaction end with the loop's pass; nil where there is no loop. Made once, because each pass asks.
        var share: (@Sendable () -> Void)?

        /// Ends the transaction.
        mutating func end() {
            guard isReading else { return }
            holder.reset()
            isReading = false
        }

        /// The other statement stands at a row: it holds the transaction from now on.
        mutating func handOver() {
            holder.reset()
            swap(&holder, &other)
            isReading = true
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

        // Waits for the statements, in whatever order they are destroyed.
        deinit { sqlite3_close_v2(handle) }
    }

    /// Bytes.
    private static let largest = 64 << 10

    private let session = Mutex<Session?>(nil)
    private let host = Mutex<(any ApplicationHost)?>(nil)
    private let thread = Atomic<pthread_t>(0)

    init(_ location: DatabaseLocation) throws(DatabaseError) {
        try open(location)
    }

    /// Opens the database anew, by any thread.
    func open(_ location: DatabaseLocation) throws(DatabaseError) {
        try session.withLock { (session) throws(DatabaseError) in
            session = nil
            let connection = try Connection(location)
            let sql = "SELECT \(Recipe.columns) FROM recipe WHERE id = ?"
            let holder = try Statement(connection.handle, sql, isKept: true)
            let other = try Statement(connection.handle, sql, isKept: true)
            let tables =
                "SELECT EXISTS (SELECT \(Recipe.columns) FROM recipe), EXISTS (SELECT id, email FROM user)"
            let any = try Statement(connection.handle, tables, isKept: true)
            session = Session(connection: connection, holder: holder, other: other, any: any, share: sharing)
        }
    }

    /// Whether the calling thread is the one that this reader is for.
    var isOnItsThread: Bool {
        let caller = pthread_self()
        let (isFirst, owner) = thread.compareExchange(expected: 0, desired: caller, ordering: .relaxed)
        return isFirst || owner == caller
    }

    /// - Throws: SQLITE_TOOBIG for a recipe that is so large that the loop should not be held up by it.
    func recipe(_ id: Int64) throws(DatabaseError) -> EncodedJSON<Recipe>? {
        try withSession { session throws(DatabaseError) in
            var isFound = false
            defer { if !isFound { session.other.reset() } }
            try session.other.bind(id, at: 1)
            guard try session.other.step() else { return nil }
            guard session.other.size(ofColumns: 0..<Recipe.columnCount) <= Self.largest else {
                throw DatabaseError(resultCode: .SQLITE_TOOBIG)
            }
            isFound = true
            let isFirst = !session.isReading
            session.handOver()
            let recipe = Recipe.written(session.holder)
            if isFirst { share(&session) }
            return recipe
        }
    }

    private func share(_ session: inout Session) {
        if let share = session.share { share() } else { session.end() }
    }

    /// The next read sees what was committed meanwhile.
    private func passEnded() {
        session.withLock { $0?.end() }
    }

    /// From now on the reads of one pass share a transaction.
    func open(_ host: any ApplicationHost) {
        self.host.withLock { $0 = host }
        let share = sharing
        session.withLock { $0?.share = share }
    }

    /// It keeps this reader for as long as the session is open.
    private var sharing: (@Sendable () -> Void)? {
        guard let host = host.withLock({ $0 }) else { return nil }
        let end: @Sendable () -> Void = { self.passEnded() }
        return { host.afterPass(end) }
    }

    /// That the tables are there, with their columns.
    func check() throws(DatabaseError) {
        try withSession { session throws(DatabaseError) in
            defer { session.any.reset() }
            _ = try session.any.step()
        }
    }

    func close() {
        session.withLock { $0 = nil }
    }

    private func withSession<Result>(
        _ body: (inout Session) throws(DatabaseError) -> sending Result
    ) throws(DatabaseError) -> Result {
        try session.withLock { (session) throws(DatabaseError) -> sending Result in
            guard session != nil else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "closed") }
            return try body(&session!)
        }
    }
}
