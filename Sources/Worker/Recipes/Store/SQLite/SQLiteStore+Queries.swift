import Brigade
import GRDB

extension SQLiteStore {
    // MARK: Reads in the pass

    func recipeInPass(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        let reader = try readerInPass
        do { return try reader.recipe(id) } catch { throw readInPassFailed(error) }
    }

    func searchInPass(_ search: RecipeSearch) throws -> EncodedJSON<RecipeSearchResults> {
        let reader = try readerInPass
        var results = RecipeSearchResults.Writer()
        do { try reader.find(search) { results.append($0) } } catch { throw readInPassFailed(error) }
        return results.json()
    }

    func recipesInPass(_ search: RecipeSearch) throws -> [Recipe] {
        let reader = try readerInPass
        var recipes: [Recipe] = []
        do { try reader.find(search) { recipes.append(Recipe($0)) } } catch { throw readInPassFailed(error) }
        return recipes
    }

    func versionInPass() throws -> StoreVersion {
        let reader = try readerInPass
        do { return try reader.version() } catch { throw readInPassFailed(error) }
    }

    /// - Throws: `WouldBlock` on another thread than the loop's.
    private var readerInPass: NonBlockingReader {
        get throws {
            guard let reader = nonBlockingReader, reader.isOnItsThread else { throw WouldBlock() }
            return reader
        }
    }

    private func readInPassFailed(_ error: DatabaseError) -> any Error {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_TOOBIG, .SQLITE_INTERRUPT: WouldBlock()
        // The files may have changed, and examining them may block.
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: WouldBlock()
        default: readFailed(error)
        }
    }

    // MARK: Reads on the blocking pool

    func recipe(_ id: Int64) async throws -> EncodedJSON<Recipe>? {
        try await onBlockingThread { try self.readRecipe(id) { Recipe.written($0) } }
    }

    func storedRecipe(_ id: Int64) async throws -> Recipe? {
        try await onBlockingThread { try self.readRecipe(id) { Recipe($0) } }
    }

    func search(_ search: RecipeSearch) async throws -> EncodedJSON<RecipeSearchResults> {
        try await onBlockingThread {
            var results = RecipeSearchResults.Writer()
            try self.find(search) { results.append($0) }
            return results.json()
        }
    }

    func recipes(_ search: RecipeSearch) async throws -> [Recipe] {
        try await onBlockingThread {
            var recipes: [Recipe] = []
            try self.find(search) { recipes.append(Recipe($0)) }
            return recipes
        }
    }

    private func readRecipe<Value>(_ id: Int64, _ value: (borrowing Statement) -> Value) throws -> Value? {
        try read { db in
            let statement = try Statement(keptBy: db, "SELECT \(Recipe.columns) FROM recipe WHERE id = $1")
            try statement.bind(id, at: 1)
            return try statement.step() ? value(statement) : nil
        }
    }

    private func find(_ search: RecipeSearch, _ body: (borrowing Statement) -> Void) throws {
        try read { db in
            var finder = try RecipeFinder { (sql) throws(DatabaseError) in try Statement(keptBy: db, sql) }
            try finder.find(search, body)
            if let damage = finder.indexDamage { reportIndexDamage(damage) }
        }
    }

    // MARK: Writes

    func create(_ recipe: NewRecipe) async throws -> Recipe? {
        let id = try await write { db -> Int64? in
            let statement = try Statement(
                keptBy: db,
                """
                INSERT INTO recipe (label, source, url, submitter_id) \
                SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM user WHERE id = $4) RETURNING id
                """)
            for (index, text) in [recipe.label, recipe.source, recipe.url].enumerated() {
                try statement.bind(text, at: Int32(index + 1))
            }
            try statement.bind(recipe.submitterID, at: 4)
            guard try statement.step() else { return nil }
            let id = statement.integer(at: 0)
            _ = try statement.step()
            return id
        }
        return id.map {
            Recipe(
                label: .text(recipe.label), source: .text(recipe.source), url: .text(recipe.url), id: $0,
                submitterID: .integer(recipe.submitterID))
        }
    }
}
