import GRDB
import TestSupport
import Testing

@testable import Recipes

/// A search with the index finds exactly what looking at all rows finds.
@Suite struct SearchIndexTests {
    private let directory = TemporaryDirectory()
    private let database: DatabaseQueue

    init() throws {
        try directory.prestart().run()
        database = try DatabaseQueue(path: directory.database().path)
        try database.write { try $0.execute(sql: "DELETE FROM recipe") }
    }

    private func find(
        _ keyword: String, limit: Int? = nil, leadingRows: Int = 1, damage: ((DatabaseError?) -> Void)? = nil
    ) throws -> [Int64] {
        try database.read { db in
            var finder = try RecipeFinder(leadingRows: leadingRows) { (sql) throws(DatabaseError) in
                try Statement(keptBy: db, sql)
            }
            var found: [Int64] = []
            try finder.find(RecipeSearch(keyword: keyword, limit: limit)) {
                found.append($0.integer(at: Recipe.idColumn))
            }
            damage?(finder.indexDamage)
            return found
        }
    }

    private func scan(_ keyword: String) throws -> [Int64] {
        try find(keyword, leadingRows: .max)
    }

    private func insert(_ labels: String...) throws {
        try database.write { db in
            for label in labels {
                try db.execute(sql: "INSERT INTO recipe (label) VALUES (\(SQLText.literal(Array(label.utf8))))")
            }
        }
    }

    // MARK: Random rows and keywords

    @Test(arguments: 0..<24)
    func theIndexMissesNothing(seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed))
        var labels = (0..<30).map { _ in random.label() }
        try database.write { db in
            for label in labels {
                let id = random.next(10) == 0 ? "\(random.nextID())" : "NULL"
                try db.execute(sql: "INSERT OR IGNORE INTO recipe (id, label) VALUES (\(id), \(random.stored(label)))")
            }
        }
        for _ in 0..<6 {
            try database.write { db in
                let change = random.label()
                labels.append(change)
                try db.execute(sql: random.change(to: random.stored(change)))
            }
            for _ in 0..<12 {
                let keyword = random.keyword(from: labels)
                let expected = try scan(keyword)
                #expect(try find(keyword) == expected, "\(keyword.unicodeScalars.map { $0.escaped(asASCII: true) })")
                #expect(try find(keyword, limit: 2) == Array(expected.prefix(2)))
            }
        }
        #expect(try problems() == [])
    }

    private func problems() throws -> [String] {
        try SQLiteSession.reading(directory.database()) { try SearchIndexCheck($0).problems() }
    }

    // MARK: Known cases

    @Test(arguments: [
        ("kelvin", "\u{212A}ELVIN"), ("istanbul", "Istanbul"), ("İstanbul", "x İSTANBUL"), ("taxi", "TAXİ"),
        ("λόγος", "ΛΌΓΟΣ"), ("ΛΌΓΟΣ", "λόγος"), ("λόγοσ", "ΛΌΓΟΣΑ"), ("crème", "CRÈME brûlée"), ("straße", "STRAẞE"),
        ("борщ", "БОРЩ"), ("ქართ", "ᲥᲐᲠᲗ"), ("ꭰꭱꭲ", "ᎠᎡᎢ"), ("𐐨𐐩𐐪", "𐐀𐐁𐐂"), ("a\0bc", "A\0BC"), ("100%", "x 100% y"),
        ("a_b", "A_B"), ("\"'\"", "say \"'\""), ("日本語", "これは日本語"), ("ǆǆǆ", "ǄǅǄ"), ("å\u{30A}x", "\u{212B}\u{30A}X"),
    ])
    func aLabelIsFound(keyword: String, label: String) throws {
        try insert("first", label, "another one")
        #expect(try find(keyword) == [2])
    }

    @Test(arguments: [("creme", "CRÈME"), ("strasse", "straße"), ("a_b", "axb"), ("λόγοσ", "ΛΌΓΟΣ"), ("ab c", "abc")])
    func anotherLabelIsNotFound(keyword: String, label: String) throws {
        try insert("first", label)
        #expect(try find(keyword) == [])
    }

    @Test func rowsOfOtherProgramsAreFound() throws {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO recipe (id, label) VALUES (1, 'first'), (2, 'Chicken'), (3, x'436869636B656E'), (-5, 'chick');
                    INSERT OR REPLACE INTO recipe (id, label) VALUES (2, 'Duck'), (4, 'CHICKS');
                    UPDATE recipe SET rowid = 9 WHERE id = 4;
                    UPDATE recipe SET label = 'chick pea' WHERE id = 1;
                    """)
        }
        #expect(try find("chick") == [-5, 1, 3, 9])
        #expect(try find("duck") == [2])
        #expect(try find("first") == [])
    }

    // MARK: The index itself

    /// Shows that the tests above ask the index.
    @Test func whatIsNotInTheIndexIsNotFound() throws {
        try insert("first", "chicken")
        try database.write { try $0.execute(sql: "INSERT INTO recipe_search(recipe_search) VALUES ('delete-all')") }
        #expect(try find("chicken") == [])
        #expect(try problems() == ["the search index lacks rows (8 trigrams); \(SearchIndex.repair)"])
    }

    @Test(arguments: ["insert", "update", "delete"]) func aMissingTriggerIsFound(name: String) throws {
        #expect(try problems() == [])
        try database.write { try $0.execute(sql: "DROP TRIGGER recipe_search_\(name)") }
        #expect(
            try problems() == [
                "the search index lacks its recipe_search_\(name), or it was changed; \(SearchIndex.repair)"
            ])
        try database.write { db in for sql in SearchIndex.drop + SearchIndex.create { try db.execute(sql: sql) } }
        #expect(try problems() == [])
    }

    @Test func withoutTheIndexAllRowsAreRead() throws {
        try insert("first", "chicken")
        try database.write { db in for sql in SearchIndex.drop { try db.execute(sql: sql) } }
        #expect(try find("chicken") == [2])
    }

    @Test func aDamagedIndexIsReportedAndNotUsed() throws {
        try insert("first", "chicken", "chicken")
        try database.write { try $0.execute(sql: "UPDATE recipe_search_data SET block = x'00' WHERE id > 10") }
        var damage: DatabaseError?
        #expect(try find("chicken") { damage = $0 } == [2, 3])
        #expect(damage?.extendedResultCode == .SQLITE_CORRUPT_VTAB)
        let error = try #require(throws: RecipeDatabaseError.self) { try problems() }
        #expect(error.description.hasPrefix("the search index of the database "))
        try database.write { db in for sql in SearchIndex.drop + SearchIndex.create { try db.execute(sql: sql) } }
        #expect(try problems() == [])
    }

    @Test func aDamagedIndexDoesNotStopReads() async throws {
        try insert("chicken")
        try await database.write { try $0.execute(sql: "DELETE FROM recipe_search_data WHERE id = 10") }
        let store = try SQLiteStore(serving: directory.database())
        let error = try await #require(throws: DatabaseError.self) {
            try await store.create(label: "Soup", source: "", url: "", submitterID: 1)
        }
        #expect(error.extendedResultCode == .SQLITE_CORRUPT_VTAB)
        #expect(store.healthProblem() == nil)
        #expect(try await store.recipes(labelled: "chicken", limit: 10).count == 1)
    }

    /// Python's `lastrowid`, which SQLAlchemy uses.
    @Test func theIndexKeepsTheLastInsertedID() throws {
        try insert("first", "chicken")
        try database.write { db in
            try db.execute(sql: "INSERT INTO recipe (id, label) VALUES (70, 'duck')")
            #expect(db.lastInsertedRowID == 70)
        }
    }

    @Test func existingRowsAreIndexedByTheMigration() throws {
        try database.write { db in for sql in SearchIndex.drop { try db.execute(sql: sql) } }
        try insert("first", "chicken")
        try database.write { db in for sql in SearchIndex.create { try db.execute(sql: sql) } }
        #expect(try find("chicken") == [2])
    }

    /// A file of another program may store its texts so.
    @Test func textsInUTF16AreFound() throws {
        let utf16 = try DatabaseQueue()
        try utf16.write { db in
            try db.execute(sql: "PRAGMA encoding = 'UTF-16'; \(Migration.initial.sqlite.up.joined(separator: ";"))")
            for sql in SearchIndex.create { try db.execute(sql: sql) }
            try db.execute(sql: "INSERT INTO recipe (label) VALUES ('first'), ('CRÈME brûlée'), ('日本語')")
            for (keyword, id) in [("crème", 2), ("日本語", 3)] {
                var finder = try RecipeFinder(leadingRows: 1) { (sql) throws(DatabaseError) in
                    try Statement(keptBy: db, sql)
                }
                var found: [Int64] = []
                try finder.find(RecipeSearch(keyword: keyword)) { found.append($0.integer(at: Recipe.idColumn)) }
                #expect(found == [Int64(id)])
            }
        }
    }
}

/// SQL texts of random labels, and of changes to rows.
private struct RandomSource {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func nextID() -> Int64 { Int64.random(in: .min ... .max, using: &generator) }

    mutating func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }

    /// Characters that some part of the search might treat in its own way.
    private static let characters: [Unicode.Scalar] = [
        "a", "A", "b", "k", "K", "\u{212A}", "i", "I", "İ", "ı", "\u{307}", "e", "\u{301}", "é", "É", "σ", "ς", "Σ",
        "ß", "ẞ",
        "ა", "Ა", "ꭰ", "Ꭰ", "𐐨", "𐐀", "ǆ", "ǅ", "Ǆ", "ω", "Ω", "\u{2126}", "θ", "Θ", "ϴ", "å", "Å", "\u{212B}", "щ",
        "Щ", "ᾳ",
        "ᾼ", "日", "本", "😀", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", "\u{80}", "\0", " ", "'", "\"", "%", "_",
        "*", ".", "\u{1}",
    ]
    private static let bytes: [UInt8] = [
        0x61, 0x41, 0x62, 0xC3, 0x89, 0xA9, 0x80, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0xFF, 0xC1, 0xED, 0xA0, 0x00,
        0xCE, 0xA3,
    ]

    /// Few different characters, so that keywords are found. Some labels are not valid UTF-8.
    mutating func label() -> [UInt8] {
        let alphabet = (0..<4).map { _ in pick(Self.characters) } + ["a", "b"]
        var label: [UInt8] = []
        for _ in 0..<next(14) { label += String(pick(alphabet)).utf8 }
        if next(4) == 0 { for _ in 0..<next(10) { label.insert(pick(Self.bytes), at: next(label.count + 1)) } }
        return label
    }

    mutating func stored(_ label: [UInt8]) -> String {
        next(8) == 0 ? SQLText.blob(label) : SQLText.literal(label)
    }

    mutating func change(to label: String) -> String {
        let row = "(SELECT id FROM recipe LIMIT 1 OFFSET \(next(20)))"
        return pick([
            "UPDATE recipe SET label = \(label) WHERE id = \(row)", "UPDATE recipe SET url = 'x'",
            "DELETE FROM recipe WHERE id = \(row)", "INSERT INTO recipe (label) VALUES (\(label))",
            "INSERT OR REPLACE INTO recipe (id, label) VALUES (\(row), \(label))",
            "UPDATE OR REPLACE recipe SET id = \(row) WHERE id = \(row)",
            "UPDATE OR IGNORE recipe SET id = 7, label = \(label)",
            "UPDATE OR IGNORE recipe SET rowid = \(next(1000)) WHERE id = \(row)",
        ])
    }

    /// A part of a label in one of its cases.
    mutating func keyword(from labels: [[UInt8]]) -> String {
        let text = String(decoding: pick(labels), as: UTF8.self)
        let scalars = Array(pick([text, text.lowercased(), text.uppercased()]).unicodeScalars)
        let start = next(scalars.count + 1)
        let end = min(scalars.count, start + next(7))
        var keyword = String.UnicodeScalarView()
        keyword.append(contentsOf: scalars[start..<end])
        return String(keyword)
    }
}

private enum SQLText {
    static func blob(_ bytes: [UInt8]) -> String {
        "x'" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'"
    }

    static func literal(_ bytes: [UInt8]) -> String { "CAST(\(blob(bytes)) AS TEXT)" }
}
