import GRDB
import GRDBSQLite

/// Finds recipes by their labels, on one connection.
///
/// It looks at the rows with the lowest IDs first: that answers small tables and common keywords. Then it asks the search index
/// for candidates among the others. If the index cannot answer, it looks at all rows.
struct RecipeFinder: ~Copyable {
    typealias Prepare = (String) throws(DatabaseError) -> Statement

    private let prepare: Prepare
    private let rows: Statement
    /// nil until it is needed, and while the database has no usable index: its schema is older, or was reverted.
    private var index: Index?
    private var frequencies = TrigramFrequencies()
    /// Why the last search looked at all rows, if the index is damaged.
    private(set) var indexDamage: DatabaseError?

    /// How many rows to look at before the index is asked.
    private let leadingRows: Int

    /// - Parameters:
    ///   - leadingRows: at least one. So many cost about as much as asking the index.
    ///   - prepare: compiles a statement that stays valid as long as the finder.
    init(leadingRows: Int = 128, prepare: @escaping Prepare) throws(DatabaseError) {
        self.leadingRows = leadingRows
        self.prepare = prepare
        rows = try prepare("SELECT \(Recipe.columns) FROM recipe ORDER BY id")
    }

    /// Calls the body for each recipe that is found, in the order of the IDs, with a statement that stands at its row.
    /// - Parameter size: bytes of labels and of found recipes that may be read.
    /// - Throws: SQLITE_TOOBIG if that is not enough.
    mutating func find(
        _ search: RecipeSearch, readingAtMost size: Int = .max, _ body: (borrowing Statement) -> Void
    ) throws(DatabaseError) {
        var run = Run(
            matcher: search.keyword.map(KeywordMatcher.init), resultsLeft: search.limit ?? .max, bytesLeft: size)
        indexDamage = nil
        defer { rows.reset() }
        var lastID = Int64.min
        if let matcher = run.matcher {
            for _ in 0..<leadingRows {
                guard run.resultsLeft > 0, try rows.step() else { return }
                try run.visit(rows, body)
            }
            lastID = rows.integer(at: Recipe.idColumn)
            let trigrams = SearchTrigrams(keyword: matcher.keyword).all
            if !trigrams.isEmpty, try searchIndex(trigrams, &run, &lastID, body) { return }
        }
        while run.resultsLeft > 0, try rows.step() {
            if lastID == .min || rows.integer(at: Recipe.idColumn) > lastID { try run.visit(rows, body) }
        }
    }

    /// - Parameter lastID: rows up to this one have been visited, also when the search fails.
    /// - Returns: false if there is no index, or a damaged one.
    private mutating func searchIndex(
        _ trigrams: [SearchTrigrams.Trigram], _ run: inout Run, _ lastID: inout Int64,
        _ body: (borrowing Statement) -> Void
    ) throws(DatabaseError) -> Bool {
        do {
            if index == nil { index = try Index(prepare) }
            try index!.search(trigrams, &frequencies, &run, &lastID, body)
            return true
        } catch {
            switch error.extendedResultCode {
            case .SQLITE_ERROR: break
            case .SQLITE_CORRUPT_VTAB: indexDamage = error
            default: throw error
            }
            index = nil
            return false
        }
    }

    /// One search.
    private struct Run {
        let matcher: KeywordMatcher?
        var resultsLeft: Int
        var bytesLeft: Int

        mutating func visit(_ row: borrowing Statement, _ body: (borrowing Statement) -> Void) throws(DatabaseError) {
            if let matcher {
                try take(row.size(ofColumns: 0..<1))
                guard row.withBytes(at: 0, matcher.matches) == true else { return }
            }
            try take(row.size(ofColumns: 0..<Recipe.columnCount))
            body(row)
            resultsLeft -= 1
        }

        private mutating func take(_ size: Int) throws(DatabaseError) {
            guard size <= bytesLeft else { throw DatabaseError(resultCode: .SQLITE_TOOBIG) }
            bytesLeft -= size
        }
    }

    /// The statements that need the search index.
    private struct Index: ~Copyable {
        private let candidates: Statement
        private let probe: Statement

        /// How often a trigram must occur to count as common.
        private static let commonCount: Int64 = 32

        init(_ prepare: Prepare) throws(DatabaseError) {
            let (table, rowid) = (SearchIndex.table, "\(SearchIndex.table).rowid")
            let candidates = try prepare(
                """
                SELECT \(Recipe.columns(of: "recipe")) FROM \(table) CROSS JOIN recipe ON recipe.id = \(rowid) \
                WHERE \(table) MATCH $1 AND \(rowid) > $2 ORDER BY \(rowid)
                """)
            let probe = try prepare(
                """
                SELECT rowid FROM \(table) WHERE \(table) MATCH $1 AND rowid > $2 ORDER BY rowid \
                LIMIT 1 OFFSET \(Self.commonCount - 1)
                """)
            self.candidates = candidates
            self.probe = probe
        }

        func search(
            _ trigrams: [SearchTrigrams.Trigram], _ frequencies: inout TrigramFrequencies, _ run: inout Run,
            _ lastID: inout Int64, _ body: (borrowing Statement) -> Void
        ) throws(DatabaseError) {
            let start = lastID
            let rarest = try frequencies.rarest(of: trigrams) { (trigram) throws(DatabaseError) in
                try distance(between: trigram, after: start)
            }
            defer { candidates.reset() }
            try candidates.bind(SearchIndex.query(rarest.map(\.expression)), at: 1)
            try candidates.bind(start, at: 2)
            while run.resultsLeft > 0, try candidates.step() {
                try run.visit(candidates, body)
                lastID = candidates.integer(at: Recipe.idColumn)
            }
        }

        /// How far the IDs of the rows with a trigram are apart; nil if it is rare.
        private func distance(
            between trigram: SearchTrigrams.Trigram, after id: Int64
        ) throws(DatabaseError) -> Int64? {
            defer { probe.reset() }
            try probe.bind(trigram.expression, at: 1)
            try probe.bind(id, at: 2)
            guard try probe.step() else { return nil }
            let (span, isOverflow) = probe.integer(at: 0).subtractingReportingOverflow(id)
            return isOverflow ? .max : span / Self.commonCount
        }
    }
}
