import Brigade
import GRDB

extension RecipeDatabase {
    /// Reads a recipe. On the loop's thread it never waits.
    /// - Throws: `WouldBlock` there, when it would have to wait for a lock, or to copy much.
    func recipe(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        guard let pointReader, pointReader.isOnItsThread else { return try recipeByPool(id) }
        do {
            return try pointReader.recipe(id)
        } catch {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_TOOBIG: throw WouldBlock()
            // Of the files, perhaps: to look at them may block.
            case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: throw WouldBlock()
            default: throw readFailed(error)
            }
        }
    }

    private func recipeByPool(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        try read { db in
            let statement = try Statement(db.connection, "SELECT \(Recipe.columns) FROM recipe WHERE id = ?")
            try statement.bind(id, at: 1)
            return try statement.step() ? Recipe.written(statement) : nil
        }
    }

    /// Reads a recipe with its columns as they are stored.
    func storedRecipe(_ id: Int64) throws -> Recipe? {
        try read { db in
            let statement = try Statement(db.connection, "SELECT \(Recipe.columns) FROM recipe WHERE id = ?")
            try statement.bind(id, at: 1)
            return try statement.step() ? Recipe(statement) : nil
        }
    }

    /// The recipes whose label contains the keyword in any case, by ID.
    /// - Parameters:
    ///   - keyword: nil is contained in every label, and in none (NULL) too.
    ///   - limit: how many at most; nil is all of them.
    func recipes(labelled keyword: String? = nil, limit: Int?) throws -> [Recipe] {
        let limit = limit ?? .max
        let matcher = keyword.map(LabelMatcher.init)
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

    /// Adds a recipe, which gets the ID that follows the highest.
    /// - Returns: nil when no user has the submitter's ID.
    /// - Throws: `HTTPError` 503 when nothing could be stored now: another writer takes too long, the disk is full, or the
    ///   files are not there.
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
