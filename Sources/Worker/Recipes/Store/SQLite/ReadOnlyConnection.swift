import GRDB
import GRDBSQLite
import Linux

/// A connection that only reads, for one thread at a time. It never waits for a lock.
struct ReadOnlyConnection: ~Copyable {
    let handle: OpaquePointer
    /// CLOCK_MONOTONIC, nanoseconds. Statements are stopped after it.
    private let deadline = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)

    init(_ location: DatabaseLocation) throws(DatabaseError) {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(location.path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let message = sqlite3_errmsg(handle).map { String(cString: $0) }
            sqlite3_close_v2(handle)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
        self.handle = handle
        // They tell a damaged search index from a damaged database.
        sqlite3_extended_result_codes(handle, 1)
    }

    // Close_v2 waits for the statements, whichever is destroyed first.
    deinit {
        sqlite3_close_v2(handle)
        deadline.deallocate()
    }

    /// Runs statements, which fail with SQLITE_INTERRUPT when the time is up. The clock is read every 50 steps of SQLite's
    /// virtual machine, which is a microsecond for rows, and every few pages within the search index.
    func limitingTime(
        to time: Duration, _ body: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        deadline.pointee = MonotonicClock.nanoseconds + time.nanoseconds
        sqlite3_progress_handler(
            handle, 50, { MonotonicClock.nanoseconds > $0!.load(as: UInt64.self) ? 1 : 0 }, deadline)
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        try body()
    }
}
