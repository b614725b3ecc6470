import Brigade
import Postgres

/// Recipes in PostgreSQL. Its connections are watched by the worker's loop, so no thread waits for an answer.
final class PostgresStore: RecipeStore {
    let url: PostgresURL
    private let client: PostgresClient
    private let health: PostgresHealth

    /// Begins to connect. A database that cannot be reached is a matter of readiness: it may come back.
    /// - Parameters:
    ///   - timeout: the longest time from a request to its answer.
    ///   - report: called with the problem when one begins, and with nil when it ends.
    init(
        serving url: PostgresURL, connections: Int, timeout: Duration,
        report: @escaping @Sendable (String?) -> Void = { _ in }, log: Logger
    ) {
        self.url = url
        var configuration = PostgresClient.Configuration(url, applicationName: "recipe-worker")
        configuration.connections = connections
        configuration.timeout = timeout
        configuration.channel = PostgresSchema.channel
        client = PostgresClient(configuration, log: log)
        health = PostgresHealth(client, url, report)
    }

    func start(on host: any ApplicationHost) {
        health.start(on: host)
    }

    func close() {
        health.stop()
        client.close()
    }

    func healthProblem() -> String? { health.problem }

    // MARK: Reads

    /// PostgreSQL is never in the pass: the answer comes over a socket.
    func recipeInPass(_ id: Int64) throws -> EncodedJSON<Recipe>? { throw WouldBlock() }
    func searchInPass(_ search: RecipeSearch) throws -> EncodedJSON<RecipeSearchResults> { throw WouldBlock() }
    func recipesInPass(_ search: RecipeSearch) throws -> [Recipe] { throw WouldBlock() }

    /// Notifications change it: the one of an own write comes before the write's answer.
    func versionInPass() throws -> StoreVersion {
        guard let version = client.version else { throw WouldBlock() }
        return StoreVersion(session: 0, number: Int64(version))
    }

    func recipe(_ id: Int64) async throws -> EncodedJSON<Recipe>? {
        try await execute(.recipe, [.integer(id)]) { $0.count == 0 ? nil : EncodedJSON(Recipe.writer($0, 0)) }
    }

    func storedRecipe(_ id: Int64) async throws -> Recipe? {
        try await execute(.recipe, [.integer(id)]) { $0.count == 0 ? nil : Recipe($0, 0) }
    }

    func search(_ search: RecipeSearch) async throws -> EncodedJSON<RecipeSearchResults> {
        let results = try await find(search) { rows, row in Recipe.writer(rows, row) }
        var writer = JSONWriter(capacity: results.reduce(32) { $0 + $1.bytes.count + 1 })
        writer.raw(#"{"results":["#)
        for (index, result) in results.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw(result.bytes)
        }
        writer.raw("]}")
        return EncodedJSON(writer)
    }

    func recipes(_ search: RecipeSearch) async throws -> [Recipe] {
        try await find(search) { rows, row in Recipe(rows, row) }
    }

    // MARK: Search

    /// Rows that a statement found, and where the next one begins.
    private struct Page<Item: Sendable>: Sendable {
        var items: [Item] = []
        /// How many rows passed the database's filter.
        var candidates = 0
        /// The ID of the last of them.
        var lastID: Int64?
        /// For a window: how many recipes it has, and the ID of the last.
        var windowCount = 0
        var windowEnd: Int64?
    }

    /// How many recipes are looked at without the index. A keyword that many labels contain is found among the first ones, and
    /// the index would list all of them.
    private static let firstWindow = 400
    private static let largestWindow = 6400

    private func find<Item: Sendable>(
        _ search: RecipeSearch, _ item: @escaping @Sendable (borrowing Rows, Int) -> Item
    ) async throws -> [Item] {
        let limit = search.limit ?? .max
        guard limit > 0 else { return [] }
        let all = PostgresValue.null
        guard let keyword = search.keyword else {
            let statement = limit <= Self.firstWindow ? PostgresStatement.firstRecipes : .allRecipes
            return try await execute(statement, [limit == .max ? all : .integer(Int64(limit))]) { rows in
                (0..<rows.count).map { item(rows, $0) }
            }
        }
        let matcher = KeywordMatcher(keyword: PostgresText.encoded(keyword))
        let pattern = PostgresValue.text(SearchText.pattern(PostgresText.encoded(keyword)))
        @Sendable func read(_ rows: borrowing Rows, isWindow: Bool) -> Page<Item> {
            var page = Page<Item>()
            for row in 0..<rows.count {
                if isWindow {
                    page.windowCount = Int(rows.integer(row, 5) ?? 0)
                    page.windowEnd = rows.integer(row, 6)
                }
                guard let id = rows.integer(row, 3) else { continue }
                page.candidates += 1
                page.lastID = id
                if rows.withBytes(row, 0, { matcher.matches($0) }) == true { page.items.append(item(rows, row)) }
            }
            return page
        }

        var found: [Item] = []
        var start = Int64.min
        var window = limit <= Self.firstWindow ? Self.firstWindow : 0
        while true {
            let wanted = limit - found.count
            let count = wanted == .max ? all : .integer(Int64(wanted))
            let page: Page<Item>
            if window > 0 {
                page = try await execute(
                    .recipesInWindow, [.integer(start), .integer(Int64(window)), pattern, count]
                ) { read($0, isWindow: true) }
            } else {
                page = try await execute(.recipesByIndex, [.integer(start), pattern, count]) {
                    read($0, isWindow: false)
                }
            }
            found += page.items
            if found.count >= limit { return found }
            let isCut = page.candidates == wanted
            if !isCut, window == 0 || page.windowCount < window { return found }
            guard let last = isCut ? page.lastID : page.windowEnd, last < .max else { return found }
            start = last + 1
            // Keywords that are rare so far are for the index.
            window = page.candidates > 0 && window > 0 && window < Self.largestWindow ? window * 4 : 0
        }
    }

    // MARK: Writes

    func create(_ recipe: NewRecipe) async throws -> Recipe? {
        let texts = [recipe.label, recipe.source, recipe.url].map { PostgresValue.text(PostgresText.encoded($0)) }
        var attempts = 3
        while true {
            do {
                let id = try await execute(.insertRecipe, texts + [.integer(recipe.submitterID)]) {
                    $0.count == 0 ? nil : $0.integer(0, 0)
                }
                return id.map {
                    Recipe(
                        label: .text(recipe.label), source: .text(recipe.source), url: .text(recipe.url), id: $0,
                        submitterID: .integer(recipe.submitterID))
                }
            } catch PostgresError.server(let message)
                where message.code == SQLState.uniqueViolation && attempts > 1
            {
                // Somebody has just stored a row with an ID of their own.
                attempts -= 1
            } catch PostgresError.server(let message) where message.code == SQLState.foreignKeyViolation {
                return nil
            }
        }
    }

    // MARK: Errors

    private func execute<Value: Sendable>(
        _ statement: PostgresStatement, _ values: [PostgresValue],
        decode: @escaping @Sendable (borrowing Rows) throws -> Value
    ) async throws -> Value {
        do {
            return try await client.execute(statement, values, decode: decode)
        } catch let error as PostgresError {
            switch error {
            case .unavailable, .overloaded: throw HTTPError.databaseUnavailable
            case .timedOut: throw HTTPError.databaseBusy
            case .outcomeUnknown:
                throw HTTPError(
                    .serviceUnavailable,
                    "The connection to the database was lost: the recipe may be stored, or not. Look before you repeat it"
                )
            case .server(let message) where SQLState.isUnavailable(message.code): throw HTTPError.databaseUnavailable
            case .server: throw error
            }
        }
    }
}

extension PostgresStatement {
    fileprivate static let recipe = PostgresStatement(
        "recipe", .shortRead, parameters: [.integer], "SELECT \(Recipe.columns) FROM recipe WHERE id = $1")

    fileprivate static let firstRecipes = PostgresStatement(
        "first_recipes", .shortRead, parameters: [.integer], "SELECT \(Recipe.columns) FROM recipe ORDER BY id LIMIT $1"
    )

    fileprivate static let allRecipes = PostgresStatement(
        "all_recipes", .longRead, parameters: [.integer], "SELECT \(Recipe.columns) FROM recipe ORDER BY id LIMIT $1")

    /// Candidates among the recipes that follow an ID, and how far it looked; one row of NULL if there is none.
    fileprivate static let recipesInWindow = PostgresStatement(
        "recipes_in_window", .shortRead, parameters: [.integer, .integer, .text, .integer],
        """
        WITH recipes AS MATERIALIZED \
        (SELECT \(Recipe.columns), search_text FROM recipe WHERE id >= $1 ORDER BY id LIMIT $2) \
        SELECT \(Recipe.columns), window_count, window_end \
        FROM (SELECT count(*) AS window_count, max(id) AS window_end FROM recipes) AS summary \
        LEFT JOIN LATERAL (SELECT * FROM recipes WHERE search_text LIKE $3 ORDER BY id LIMIT $4) AS found ON true \
        ORDER BY id
        """)

    /// All candidates come from the index before they are sorted: to walk along the IDs may take as long as the table.
    fileprivate static let recipesByIndex = PostgresStatement(
        "recipes_by_index", .longRead, parameters: [.integer, .text, .integer],
        """
        WITH found AS MATERIALIZED (SELECT id FROM recipe WHERE search_text LIKE $2 AND id >= $1) \
        SELECT \(Recipe.columns) FROM recipe \
        WHERE id IN (SELECT id FROM found ORDER BY id LIMIT $3) ORDER BY id
        """)

    /// The column's default makes the ID.
    fileprivate static let insertRecipe = PostgresStatement(
        "insert_recipe", .write, parameters: [.text, .text, .text, .integer],
        """
        INSERT INTO recipe (label, source, url, submitter_id) SELECT $1, $2, $3, id FROM "user" WHERE id = $4 \
        RETURNING id
        """)
}

extension Recipe {
    /// - Parameter rows: of `columns`.
    fileprivate init(_ rows: borrowing Rows, _ row: Int) {
        func text(_ column: Int) -> ColumnValue {
            rows.withBytes(row, column) { .text(PostgresText.decoded($0)) } ?? .null
        }
        self.init(
            label: text(0), source: text(1), url: text(2), id: rows.integer(row, 3) ?? 0,
            submitterID: rows.integer(row, 4).map(ColumnValue.integer) ?? .null)
    }

    /// The row's JSON, written directly from the columns.
    fileprivate static func writer(_ rows: borrowing Rows, _ row: Int) -> JSONWriter {
        var writer = JSONWriter(capacity: rows.size(ofRow: row) + frameSize)
        frame.write(to: &writer) { property, writer in
            if property < 3 {
                let isNull =
                    rows.withBytes(row, property) { bytes in
                        if PostgresText.isEncoded(bytes) {
                            writer.string(PostgresText.decoded(bytes))
                        } else {
                            writer.string(utf8: bytes)
                        }
                    } == nil
                if isNull { writer.null() }
            } else if let integer = rows.integer(row, property) {
                writer.integer(Int(integer))
            } else {
                writer.null()
            }
        }
        return writer
    }
}
