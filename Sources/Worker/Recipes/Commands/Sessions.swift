/// What a command does with the database that it opens.
enum SessionAccess {
    /// Changes nothing, and needs no write lock.
    case read
    case write
    /// Writes, and creates a SQLite file that is missing.
    case create
}

extension RecipeSettings {
    /// Opens the database of DATABASE_URL for a command, and closes it.
    func withSession<Result>(
        _ access: SessionAccess, _ body: (any DatabaseSession) throws -> Result
    ) throws -> Result {
        switch (database, access) {
        case (.sqlite(let location), .read): try SQLiteSession.reading(location, body)
        case (.sqlite(let location), .write): try SQLiteSession.writing(location, mayCreate: false, body)
        case (.sqlite(let location), .create): try SQLiteSession.writing(location, mayCreate: true, body)
        case (.postgres(let url), _): try body(PostgresSession(url))
        }
    }
}
