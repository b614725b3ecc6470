import GRDB

/// The write lock of a database, held by this process, which is another one than the server's.
final class ForeignLock {
    private let database: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(30)
        database = try DatabaseQueue(path: path, configuration: configuration)
        try take()
    }

    /// Waits for it.
    func take() throws {
        try database.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() throws {
        try database.inDatabase { try $0.execute(sql: "ROLLBACK") }
    }
}
