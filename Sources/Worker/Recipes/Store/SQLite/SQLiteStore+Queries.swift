import Brigade
import GRDB

extension SQLiteStore {
    // MARK: Reads in the pass

    func recipeInPass(_ id: Int64) throws -> EncodedJSON<Recipe>? {
        guard let reader = nonBlockingReader, reader.isOnItsThread else { throw WouldBlock() }
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

    func searchInPass(_ search: RecipeSearch) throws -> EncodedJSON<RecipeSearchResults> { throw WouldBlock() }

    func recipesInPass(_ search: RecipeSearch) throws -> [Recipe] { throw WouldBlock() }

    // MARK: Reads on the blocking pool

    func recipe(_ id: Int64) async throws -> EncodedJSON<Recipe>? {
        try await onBlockingThread { try self.readRecipe(id) { Recipe.written($0) } }
    }

    func storedRecipe(_ id: Int64) async throws -> Recipe? {
        try await onBlockingThread { try self.readRecipe(id) { Recipe($0) } }
    }

    func search(_ search: RecipeSearch) async throws -> EncodedJSON<RecipeSearchResults> {
        try await onBlockingThread {
            var writer = JSONWriter()
            RecipeSearchResults(results: try self.readRecipes(search)).write(to: &writer)
            return EncodedJSON(writer)
        }
    }

    func recipes(_ search: RecipeSearch) async throws -> [Recipe] {
        try await onBlockingThread { try self.readRecipes(search) }
    }

    private func readRecipe<Value>(_ id: Int64, _ value: (borrowing Statement) -> Value) throws -> Value? {
        try read { db in
            let statement = try Statement(keptBy: db, "SELECT \(Recipe.columns) FROM recipe WHERE id = $1")
            try statement.bind(id, at: 1)
            return try statement.step() ? value(statement) : nil
        }
    }

    private func readRecipes(_ search: RecipeSearch) throws -> [Recipe] {
        let limit = search.limit ?? .max
        let matcher = search.keyword.map(KeywordMatcher.init)
        return try read { db in
            let statement = try Statement(keptBy: db, "SELECT \(Recipe.columns) FROM recipe ORDER BY id")
            var found: [Recipe] = []
            while found.count < limit, try statement.step() {
                let matches =
                    if let matcher { statement.withBytes(at: 0) { matcher.matches($0) } ?? false } else { true }
                if matches { found.append(Recipe(statement)) }
            }
            return found
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
