import Brigade
import GRDB
import GRDBSQLite

/// A prepared SQLite statement. GRDB's own ends a text at its first NUL, in both directions, and takes twice as long to read
/// one row.
struct Statement: ~Copyable {
    private let handle: OpaquePointer
    /// Whether the database stores texts in UTF-8, so that reading them needs no conversion.
    private let isUTF8: Bool
    /// Finalizes the handle, if it is GRDB's.
    private let owner: GRDB.Statement?

    /// Compiles a statement once per connection: GRDB keeps it.
    /// - Parameter database: must outlive the statement.
    init(keptBy database: Database, _ sql: String) throws(DatabaseError) {
        let (owner, connection): (GRDB.Statement, OpaquePointer)
        do {
            owner = try database.cachedStatement(sql: sql)
            connection = try database.connection
        } catch {
            throw error as? DatabaseError ?? DatabaseError(message: "\(error)")
        }
        self.owner = owner
        handle = owner.sqliteStatement
        isUTF8 = sqlite3_column_count(handle) > 0 && Self.isUTF8(connection)
    }

    /// - Parameters:
    ///   - connection: must outlive the statement. No other thread may use it at the same time.
    ///   - isKept: whether the statement will be executed many times.
    init(_ connection: OpaquePointer, _ sql: String, isKept: Bool = false) throws(DatabaseError) {
        var handle: OpaquePointer?
        let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil)
        guard code == SQLITE_OK, let handle else { throw Self.error(code, connection) }
        self.handle = handle
        owner = nil
        isUTF8 = sqlite3_column_count(handle) > 0 && Self.isUTF8(connection)
    }

    private static func isUTF8(_ connection: OpaquePointer) -> Bool {
        var handle: OpaquePointer?
        defer { sqlite3_finalize(handle) }
        guard sqlite3_prepare_v2(connection, "PRAGMA encoding", -1, &handle, nil) == SQLITE_OK,
            sqlite3_step(handle) == SQLITE_ROW, let name = sqlite3_column_text(handle, 0)
        else { return false }
        return String(cString: name) == "UTF-8"
    }

    deinit {
        if owner != nil { sqlite3_reset(handle) } else { sqlite3_finalize(handle) }
    }

    /// - Parameter index: counts from 1, as in SQLite.
    borrowing func bind(_ value: Int64, at index: Int32) throws(DatabaseError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    borrowing func bind(_ text: String, at index: Int32) throws(DatabaseError) {
        var text = text
        // SQLITE_TRANSIENT, in C a cast of -1: SQLite copies the bytes.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code = text.withUTF8 { bytes in
            // A null pointer would bind NULL rather than an empty text.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_text(handle, index, "", 0, nil)
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text64(handle, index, $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    /// - Returns: whether the statement stands at a row.
    borrowing func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw Self.error(code, sqlite3_db_handle(handle))
        }
    }

    /// Ends the execution and its read transaction. Does not repeat an error of `step()`.
    borrowing func reset() {
        sqlite3_reset(handle)
    }

    /// - Parameter column: counts from 0, as in SQLite.
    borrowing func integer(at column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// Writes a column as JSON: the same as the value of `value(at:)`, without the copy.
    borrowing func write(_ column: Int32, to writer: inout JSONWriter) {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: writer.null()
        case SQLITE_INTEGER: writer.integer(Int(sqlite3_column_int64(handle, column)))
        case SQLITE_FLOAT: writer.number(sqlite3_column_double(handle, column))
        case let type: writer.string(decoding: bytes(at: column, type))
        }
    }

    borrowing func value(at column: Int32) -> ColumnValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        case let type: .text(String(decoding: bytes(at: column, type), as: UTF8.self))
        }
    }

    /// Calls the body with the bytes of a text; another type is converted to a text first.
    /// - Returns: nil if the column is NULL.
    borrowing func withBytes<Result>(at column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        let type = sqlite3_column_type(handle, column)
        return type == SQLITE_NULL ? nil : body(bytes(at: column, type))
    }

    /// Valid until the statement is stepped or reset.
    private borrowing func bytes(at column: Int32, _ type: Int32) -> UnsafeBufferPointer<UInt8> {
        // column_text copies a text to add a NUL at its end; column_blob does not.
        let needsNoConversion = isUTF8 && (type == SQLITE_TEXT || type == SQLITE_BLOB)
        let start =
            needsNoConversion
            ? sqlite3_column_blob(handle, column)?.assumingMemoryBound(to: UInt8.self)
            : sqlite3_column_text(handle, column)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }

    /// Bytes of the texts and blobs in the columns.
    borrowing func size(ofColumns columns: Range<Int32>) -> Int {
        var size = 0
        for column in columns {
            switch sqlite3_column_type(handle, column) {
            case SQLITE_TEXT, SQLITE_BLOB: size += Int(sqlite3_column_bytes(handle, column))
            default: break
            }
        }
        return size
    }

    private borrowing func check(_ code: Int32) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw Self.error(code, sqlite3_db_handle(handle)) }
    }

    private static func error(_ code: Int32, _ connection: OpaquePointer?) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: sqlite3_errmsg(connection).map { String(cString: $0) })
    }
}
