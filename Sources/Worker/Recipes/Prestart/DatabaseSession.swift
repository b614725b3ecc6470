/// A connection to a database for the prestart and the operator's commands. All functions block.
///
/// SQL is written once for both engines where it can be: parameters are `$1`, `$2`, in the order of their first use, and
/// `user` is quoted, because it is a keyword of PostgreSQL.
protocol DatabaseSession {
    /// What the operator calls it, without a password: "the database recipes.db".
    var name: String { get }

    /// Executes one statement.
    /// - Returns: the rows, each value as a text.
    @discardableResult
    func execute(_ sql: String, _ arguments: [String?]) throws(RecipeDatabaseError) -> [[String?]]

    func hasTable(_ name: String) throws(RecipeDatabaseError) -> Bool

    /// Runs the body in a transaction, and rolls back if it throws. No other migration or seed of this database runs at the
    /// same time, on any host.
    func transaction<Result>(
        _ body: () throws(RecipeDatabaseError) -> Result
    ) throws(RecipeDatabaseError) -> Result

    /// What the engine itself finds wrong with its files or indexes, each with what to do about it.
    func damage() throws(RecipeDatabaseError) -> [String]

    /// Those for this engine.
    func statements(of migration: Migration) -> Migration.Statements
}

extension DatabaseSession {
    @discardableResult
    func execute(_ sql: String) throws(RecipeDatabaseError) -> [[String?]] { try execute(sql, []) }

    /// The only value of a statement that returns one row.
    func count(_ sql: String) throws(RecipeDatabaseError) -> Int {
        guard let text = try execute(sql).first?.first ?? nil, let count = Int(text) else {
            throw RecipeDatabaseError("\(name): `\(sql)` returns no number")
        }
        return count
    }
}
