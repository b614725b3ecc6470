/// The search index: an FTS5 table with the trigrams of all labels, kept by triggers.
///
/// It gives candidates, and `KeywordMatcher` decides. So it may hold too much, but never too little. The triggers use only what
/// every SQLite has (from 3.34, with FTS5), because other programs write the table too.
///
/// The index folds ASCII letters only: FTS5's own folding is a table that another SQLite may have in another version. The other
/// cases of a letter are in the query (`SearchTrigrams`).
enum SearchIndex {
    static let table = "recipe_search"
    /// What the index holds of each row: FTS5 rebuilds the index from this view.
    static let content = "recipe_search_content"

    /// FTS5 ends a text at its first NUL, and a blob may hold anything. Such rows have this text in the index, which all
    /// searches find.
    private static let unindexed = "\u{1}\u{1}\u{1}"

    /// A query of FTS5 for the rows that have one spelling of each trigram, and for those that are not in the index.
    static func query(_ trigrams: [String]) -> String {
        trigrams.map { "(\($0))" }.joined(separator: " AND ") + " OR \"\(unindexed)\""
    }

    // MARK: Schema

    // These are statements of a migration: another version of the index is another migration.

    static let create = definitions + [rebuild]

    /// The text of each is what `sqlite_master` shows.
    static let definitions =
        [
            "CREATE VIEW \(content) AS SELECT id, \(text(of: "label")) AS label FROM recipe",
            """
            CREATE VIRTUAL TABLE \(table) USING fts5(label, content='\(content)', content_rowid='id', \(options))
            """,
        ] + triggers

    static let options = "tokenize='trigram case_sensitive 1', detail='none', columnsize=0"

    /// AFTER, because a BEFORE trigger runs also for a change that `OR IGNORE` then leaves out. No `OF label`: a statement may
    /// call the ID `rowid`.
    private static let triggers = [
        "CREATE TRIGGER \(table)_insert AFTER INSERT ON recipe BEGIN \(insert("new")) END",
        """
        CREATE TRIGGER \(table)_update AFTER UPDATE ON recipe \
        WHEN old.id <> new.id OR old.label IS NOT new.label BEGIN \(delete("old")) \(insert("new")) END
        """,
        "CREATE TRIGGER \(table)_delete AFTER DELETE ON recipe BEGIN \(delete("old")) END",
    ]

    /// It may be damaged, or lack some of its parts.
    static let drop =
        ["insert", "update", "delete"].map { "DROP TRIGGER IF EXISTS \(table)_\($0)" }
        + ["DROP TABLE IF EXISTS \(table)", "DROP VIEW IF EXISTS \(content)"]

    static let repair =
        "make it anew: `recipe-worker migrate down \(Migration.initial.revision)`, then `recipe-worker migrate up`"

    /// Makes the index anew from the rows.
    private static let rebuild = "INSERT INTO \(table)(\(table)) VALUES ('rebuild')"

    private static func insert(_ row: String) -> String {
        "INSERT INTO \(table)(rowid, label) VALUES (\(row).id, \(text(of: "\(row).label")));"
    }

    private static func delete(_ row: String) -> String {
        "INSERT INTO \(table)(\(table), rowid, label) VALUES ('delete', \(row).id, \(text(of: "\(row).label")));"
    }

    private static func text(of label: String) -> String {
        """
        CASE WHEN typeof(\(label)) = 'text' AND instr(\(label), char(0)) = 0 THEN lower(\(label)) \
        ELSE char(1, 1, 1) END
        """
    }
}
