import GRDBSQLite

/// The file under an open connection.
enum DatabaseFile {
    /// Whether it is no longer the one that has the database's name: what is written now would be lost with it.
    static func hasMoved(_ connection: OpaquePointer) -> Bool {
        var hasMoved: Int32 = 0
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        return hasMoved != 0
    }
}
