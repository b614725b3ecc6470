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
        switch access {
        case .read: try SQLiteSession.reading(database, body)
        case .write: try SQLiteSession.writing(database, mayCreate: false, body)
        case .create: try SQLiteSession.writing(database, mayCreate: true, body)
        }
    }
}
