import Brigade
import GRDB
import Postgres
import PostgresServer
import Testing
import TestSupport

@testable import Recipes

/// What both stores promise.
@Suite struct StoreTests {
    enum Engine: CaseIterable, Sendable {
        case sqlite, postgres
    }

    /// A store on a seeded database of its own.
    private final class Fixture: Sendable {
        let store: any RecipeStore
        private let url: DatabaseURL
        private let directory = TemporaryDirectory()

        init(_ engine: Engine) async throws {
            TestLoop.start()
            switch engine {
            case .sqlite:
                store = try directory.seededDatabase()
                url = .sqlite(directory.database())
            case .postgres:
                let postgres = try PostgresURL(PostgresServer.shared.get().makeDatabase())
                url = .postgres(postgres)
                try Self.prestart(url)
                store = PostgresStore(serving: postgres, connections: 2, timeout: .seconds(5), log: .silent)
            }
        }

        static func prestart(_ url: DatabaseURL) throws {
            var settings = RecipeSettings()
            settings.database = url
            try Prestart(settings: settings, log: .silent).run()
        }

        /// Executes SQL as another program would.
        func execute(_ sql: String) throws {
            switch url {
            case .sqlite(let location):
                try DatabaseQueue(path: location.path).writeWithoutTransaction { try $0.execute(sql: sql) }
            case .postgres(let postgres):
                _ = try BlockingConnection(postgres, applicationName: "test").execute(sql)
            }
        }

        func close() async throws { try await store.close() }
    }

    @Test(arguments: Engine.allCases) func theSeedIsReadInEveryForm(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        let stored = try #require(try await fixture.store.storedRecipe(1))
        #expect(stored.label == .text("Chicken Vesuvio"))
        #expect(stored.submitterID == .integer(1))
        #expect(try await fixture.store.recipe(1) == EncodedJSON(stored))
        #expect(try await fixture.store.recipe(99) == nil)
        #expect(try await fixture.store.recipe(.max) == nil)
        #expect(try await fixture.store.recipe(.min) == nil)
        let all = try await fixture.store.recipes(limit: nil)
        #expect(all.map(\.id) == [1, 2, 3])
        #expect(try await fixture.store.recipes(limit: 2) == Array(all.prefix(2)))
        #expect(try await fixture.store.recipes(limit: 0) == [])
        let json = try await fixture.store.search(RecipeSearch(keyword: "CHICKEN", limit: 10))
        #expect(json == EncodedJSON(RecipeSearchResults(results: Array(all.prefix(2)))))
        let none = try await fixture.store.search(RecipeSearch(keyword: "zzz", limit: 10))
        #expect(none == EncodedJSON(RecipeSearchResults(results: [])))
        #expect(try fixture.store.healthProblem() == nil)
        try await fixture.close()
    }

    @Test(arguments: Engine.allCases) func textsAreStoredAsTheyAre(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        let labels = [
            "", "L\0l 🍮", "\0", "\u{FFFD}", "a\u{FFFE}b", String(repeating: "é", count: 50_000), "\"\\\n\u{1}",
            String(decoding: [0xEF, 0xB7, 0x90], as: UTF8.self),
            String(decoding: [0xEF, 0xB7, 0x90, 0], as: UTF8.self),
            String(decoding: [0xEF, 0xB7, 0x90, 0xEF, 0xB7, 0x92, 0xEF, 0xB7], as: UTF8.self), "ﷺ", "e\u{301}",
        ]
        for (index, label) in labels.enumerated() {
            let created = try #require(
                try await fixture.store.create(label: label, source: label, url: label, submitterID: 1))
            #expect(created.id == Int64(index + 4))
            #expect(created.label == .text(label))
            #expect(try await fixture.store.storedRecipe(created.id) == created)
            #expect(try await fixture.store.recipe(created.id) == EncodedJSON(created))
        }
        try await fixture.close()
    }

    @Test(arguments: Engine.allCases) func anUnknownSubmitterIsRefused(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        for submitter in [2, 0, -1, Int64.max, Int64.min] {
            #expect(try await fixture.store.create(label: "x", source: "x", url: "x", submitterID: submitter) == nil)
        }
        #expect(try await fixture.store.recipes(limit: nil).count == 3)
        try await fixture.close()
    }

    @Test(arguments: Engine.allCases) func aNewIDIsOneMoreThanTheHighest(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        func create() async throws -> Int64? {
            try await fixture.store.create(label: "a", source: "", url: "", submitterID: 1)?.id
        }
        try fixture.execute("INSERT INTO recipe (id, label) VALUES (70, 'x')")
        #expect(try await create() == 71)
        try fixture.execute("INSERT INTO recipe (label) VALUES ('y'), ('z')")
        #expect(try await create() == 74)
        try fixture.execute("DELETE FROM recipe WHERE id >= 70")
        #expect(try await create() == 4)
        try fixture.execute("DELETE FROM recipe")
        #expect(try await create() == 1)
        try fixture.execute("INSERT INTO recipe (id, label) VALUES (9223372036854775807, 'last')")
        let free = try #require(try await create())
        #expect(free > 0 && free < .max)
        try await fixture.close()
    }

    @Test(arguments: Engine.allCases) func writesAtTheSameTimeGetDifferentIDs(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        let ids = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await fixture.store.create(
                        label: "\(number)", source: "", url: "", submitterID: number % 10 == 0 ? 2 : 1)?.id
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ids.compactMap { $0 }.sorted() == Array(4...183))
        #expect(try await fixture.store.recipes(limit: nil).count == 183)
        try await fixture.close()
    }

    // MARK: Search

    @Test(arguments: Engine.allCases) func theSearchIgnoresCaseAsPythonDoes(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        let labels = [
            "CRÈME BRÛLÉE", "ΟΔΟΣ", "ΟΔΟΣ ΑΒΓ", "İstanbul", "STRASSE straße", "100% _best_", "a\\b\\c", "!!! ???",
            "日本語の料理",
            "\u{1F36E}\u{1F36E}\u{1F36E}", "tab\tnew\nline", "nul\0nul", "Kelvin \u{212A}", "x  y",
        ]
        for label in labels {
            _ = try await fixture.store.create(label: label, source: "", url: "", submitterID: 1)
        }
        let keywords = [
            "crème", "BRÛLÉE", "creme", "οδος", "ΟΔΟΣ", "οδοσ", "istanbul", "i̇st", "straße", "strasse", "100%", "%_b",
            "_best_",
            "0% ", "a\\b", "\\b\\", "!!!", "! ?", "???", "日本語", "本語の", "\u{1F36E}\u{1F36E}\u{1F36E}", "\tne", "\nli",
            "l\0n",
            "\0nu", "kelvin k", "x  y", "x y", "   ", "nothing",
        ]
        for keyword in keywords {
            let matcher = KeywordMatcher(keyword: keyword)
            let expected = labels.enumerated().compactMap { index, label in
                Array(label.utf8).withUnsafeBufferPointer { matcher.matches($0) } ? Int64(index + 4) : nil
            }
            let found = try await fixture.store.recipes(labelled: keyword, limit: nil).map(\.id)
            #expect(found == expected, "\(keyword.debugDescription)")
            let first = try await fixture.store.recipes(labelled: keyword, limit: 1).map(\.id)
            #expect(first == Array(expected.prefix(1)), "\(keyword.debugDescription)")
        }
        try await fixture.close()
    }

    /// Rows of plain SQL; keywords that are common, rare and absent, at the start, in the middle and at the end.
    @Test(arguments: Engine.allCases) func manyRecipesAreSearchedInTheOrderOfTheirIDs(engine: Engine) async throws {
        let fixture = try await Fixture(engine)
        let rows = (1...9000).map { number in
            let words = [
                number % 2 == 0 ? "even" : "odd", number % 500 == 0 ? "Fünfhundert" : "", number == 8999 ? "last" : "",
                number > 5000 ? "late" : "",
            ]
            return "(\(number * 3 + 10), '\(words.joined(separator: " "))')"
        }
        try fixture.execute("INSERT INTO recipe (id, label) VALUES \(rows.joined(separator: ", "))")
        func ids(_ numbers: some Sequence<Int>) -> [Int64] { numbers.map { Int64($0 * 3 + 10) } }
        func found(_ keyword: String, _ limit: Int?) async throws -> [Int64] {
            try await fixture.store.recipes(labelled: keyword, limit: limit).map(\.id)
        }
        #expect(try await found("even", 10) == ids(stride(from: 2, through: 20, by: 2)))
        #expect(try await found("EVEN", 1000) == ids(stride(from: 2, through: 2000, by: 2)))
        #expect(try await found("fünfhundert", 10) == ids(stride(from: 500, through: 5000, by: 500)))
        #expect(try await found("fünfhundert", nil) == ids(stride(from: 500, through: 9000, by: 500)))
        #expect(try await found("last", 10) == ids([8999]))
        #expect(try await found("late", 5) == ids(5001...5005))
        #expect(try await found("late", nil) == ids(5001...9000))
        #expect(try await found("absent", 10) == [])
        try fixture.execute("UPDATE recipe SET label = 'renamed' WHERE id = 13")
        try fixture.execute("DELETE FROM recipe WHERE id = 16")
        #expect(try await found("renamed", 10) == [13])
        #expect(try await found("even", 1) == ids([4]))
        try await fixture.close()
    }
}
