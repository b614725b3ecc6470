/// Whether the search index holds all that the rows say. It only reads the database, and takes as much temporary space as the
/// index.
struct SearchIndexCheck {
    private let session: SQLiteSession

    init(_ session: SQLiteSession) {
        self.session = session
    }

    /// Each is one line that says what to do.
    func problems() throws(RecipeDatabaseError) -> [String] {
        guard try session.hasTable("recipe"), try session.hasTable(SearchIndex.table) else { return [] }
        for definition in SearchIndex.definitions {
            guard try session.execute("SELECT 1 FROM sqlite_master WHERE sql = $1", [definition]).isEmpty else {
                continue
            }
            let name = definition.split(separator: " ")[2...].first { $0.hasPrefix(SearchIndex.table) } ?? ""
            return ["the search index lacks its \(name), or it was changed; \(SearchIndex.repair)"]
        }
        let missing = try missingTrigrams()
        guard missing > 0 else { return [] }
        return ["the search index lacks rows (\(missing) trigrams); \(SearchIndex.repair)"]
    }

    /// Makes the index anew in a temporary table, and counts the trigrams that have more rows there.
    private func missingTrigrams() throws(RecipeDatabaseError) -> Int {
        let tables = ["expected_terms", "found_terms", "expected"].map { "temp.\(SearchIndex.table)_\($0)" }
        defer { for table in tables { _ = try? session.execute("DROP TABLE IF EXISTS \(table)") } }
        let expected = "\(SearchIndex.table)_expected"
        try session.execute(
            "CREATE VIRTUAL TABLE temp.\(expected) USING fts5(label, content='', \(SearchIndex.options))")
        try session.execute(
            "INSERT INTO temp.\(expected)(rowid, label) SELECT id, label FROM \(SearchIndex.content)")
        try session.execute("CREATE VIRTUAL TABLE \(tables[0]) USING fts5vocab('temp', '\(expected)', 'row')")
        try session.execute("CREATE VIRTUAL TABLE \(tables[1]) USING fts5vocab('main', '\(SearchIndex.table)', 'row')")
        return try session.count(
            """
            SELECT count(*) FROM \(tables[0]) AS expected LEFT JOIN \(tables[1]) AS found USING (term) \
            WHERE found.doc IS NULL OR found.doc < expected.doc
            """)
    }
}
