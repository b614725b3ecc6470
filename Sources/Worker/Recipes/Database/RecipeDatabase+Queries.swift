import Brigade
import GRDB

extension RecipeDatabase {
    /// Reads a recipe as JSON. On the event loop it never blocks.
    /// - Throws: on the event loop, `WouldBlock` if it would have to wait for a lock or to copy much.
    func recipe(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        guard let reader = nonBlockingReader, reader.isOnItsThread else { return try recipeFromPool(id) }
        do {
            return try reader.recipe(id)
        } catch {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_TOOBIG: throw WouldBlock()
            // The files may have changed, and examining them may block.
            case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: throw WouldBlock()
            default: throw readFailed(error)
            }
        }
    }

    private func recipeFromPool(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        try read { db in
            let statement = try Statement(db.connection, "SELECT \(Recipe.columns) FROM recipe WHERE id = ?")
            try statement.bind(id, at: 1)
            return try statement.step() ? Recipe.written(statement) : nil
        }
    }

    /// Reads a recipe as a value.
    func storedRecipe(_ id: Int64) throws -> Recipe? {
        try read { db in
            let statement = try Statement(db.connection, "SELECT \(Recipe.columns) FROM recipe WHERE id = ?")
            try statement.bind(id, at: 1)
            return try statement.step() ? Recipe(statement) : nil
        }
    }

    /// Finds recipes whose label contains the keyword, ignoring case, in the order of their IDs.
    /// - Parameters:
    ///   - keyword: nil finds all recipes, also those whose label is NULL.
    ///   - limit: nil is no limit.
    func recipes(labelled keyword: String? = nil, limit: Int?) throws -> [Recipe] {
        let limit = limit ?? .max
        let matcher = keyword.map(KeywordMatcher.init)
        return try read { db in
            let statement = try Statement(db.connection, "SELECT \(Recipe.columns) FROM recipe ORDER BY id")
            var found: [Recipe] = []
            while found.count < limit, try statement.step() {
                let matches =
                    if let matcher { statement.withBytes(at: 0) { matcher.matches($0) } ?? false } else { true }
                if matches { found.append(Recipe(statement)) }
            }
            return found
        }
    }

    /// Adds a recipe. Its ID is one more than the highest.
    /// - Returns: nil if no user has the submitter's ID.
    /// - Throws: `HTTPError` 503 if nothing can be stored now.
    func create(label: String, source: String, url: String, submitterID: Int64) throws -> Recipe? {
        try write { db in
            guard
                try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM user WHERE id = ?)", arguments: [submitterID])!
            else { return nil }
            let statement = try Statement(
                db.connection, "INSERT INTO recipe (label, source, url, submitter_id) VALUES (?, ?, ?, ?)")
            for (index, text) in [label, source, url].enumerated() {
                try statement.bind(text, at: Int32(index + 1))
            }
            try statement.bind(submitterID, at: 4)
            _ = try statement.step()
            return Recipe(
                label: .text(label), source: .text(source), url: .text(url), id: db.lastInsertedRowID,
                submitterID: .integer(submitterID))
        }
    }
}
