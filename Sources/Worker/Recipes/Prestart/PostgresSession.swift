import Postgres

/// A session of the prestart on a PostgreSQL database.
final class PostgresSession: DatabaseSession {
    private let connection: BlockingConnection
    let name: String

    init(_ url: PostgresURL) throws(RecipeDatabaseError) {
        name = "the database \(url)"
        do {
            connection = try BlockingConnection(url, applicationName: "recipe-worker migrate")
        } catch {
            throw RecipeDatabaseError(
                "\(name) of DATABASE_URL cannot be opened: \(error.reason)", isTransient: error.isTransient)
        }
        try checkServer()
    }

    /// Finds what would only fail later, or for some texts.
    private func checkServer() throws(RecipeDatabaseError) {
        let row = try execute(
            """
            SELECT current_setting('server_encoding'), \
            EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'), \
            EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')
            """)[0]
        let problem: String? =
            if row[0] != "UTF8" {
                "its encoding is \(row[0] ?? "unknown"); create it with ENCODING 'UTF8' TEMPLATE template0"
            } else if row[1] != "t" {
                "its server was built without ICU, which the search needs; use one with ICU"
            } else if row[2] != "t" {
                "its server has no extension pg_trgm, which the search needs; install it (Debian 10: postgresql-contrib)"
            } else {
                nil
            }
        if let problem { throw RecipeDatabaseError("\(name) of DATABASE_URL cannot be used: \(problem)") }
    }

    /// SQLSTATE of errors that end by themselves: a lock that was not granted, a deadlock, a server that restarts.
    private static let transientErrors: Set = ["40001", "40P01", "55P03", "57P01", "57P02", "57P03"]

    @discardableResult
    func execute(_ sql: String, _ arguments: [String?]) throws(RecipeDatabaseError) -> [[String?]] {
        do {
            return try connection.execute(sql, arguments)
        } catch .server(let message) {
            let advice =
                message.code == SQLState.insufficientPrivilege
                ? "; let the user of DATABASE_URL own the database, or let a superuser run `\(sql.prefix(60))` first"
                : ""
            throw RecipeDatabaseError(
                "\(name): \(message.description)\(advice)", isTransient: Self.transientErrors.contains(message.code))
        } catch {
            // Whatever was sent is one transaction, whose revision says whether it was committed.
            throw RecipeDatabaseError("\(name): \(error)", isTransient: true)
        }
    }

    func hasTable(_ name: String) throws(RecipeDatabaseError) -> Bool {
        try !execute(
            "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relname = $1 AND relnamespace = current_schema()::regnamespace",
            [name]
        ).isEmpty
    }

    /// Of pg_advisory_xact_lock: "brigade" in ASCII. It is held until the transaction ends, also by a host that dies.
    private static let migrationLock = 0x62_7269_6761_6465

    func transaction<Result>(
        _ body: () throws(RecipeDatabaseError) -> Result
    ) throws(RecipeDatabaseError) -> Result {
        try execute("BEGIN")
        do throws(RecipeDatabaseError) {
            // The limits of a request are not those of a migration.
            try execute("SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)")
            try execute("SELECT pg_advisory_xact_lock(\(Self.migrationLock))")
            // A lock on a table that is waited for stops all later requests for that table.
            try execute("SET LOCAL lock_timeout = '5s'")
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            _ = try? execute("ROLLBACK")
            throw error
        }
    }

    func damage() throws(RecipeDatabaseError) -> [String] {
        let invalid = try execute(
            """
            SELECT index.relname FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid \
            WHERE NOT indisvalid AND index.relnamespace = current_schema()::regnamespace ORDER BY 1
            """)
        var found = invalid.compactMap { $0.first ?? nil }.map {
            "the index \($0) is invalid; run `REINDEX INDEX \($0)`"
        }
        let failures = try execute(
            "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0"
        )
        if let count = failures.first?.first ?? nil {
            found.append("\(count) pages failed their checksum: the disk may be broken; restore a backup of the server")
        }
        return found
    }

    func statements(of migration: Migration) -> Migration.Statements { migration.postgres }
}
