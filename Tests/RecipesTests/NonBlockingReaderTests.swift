import Brigade
import Foundation
import GRDB
import Testing

@testable import Recipes

/// The reads of one pass of the event loop share a transaction.
@Suite struct NonBlockingReaderTests {
    private let directory = TemporaryDirectory()
    private let database: SQLiteStore
    private let reader: NonBlockingReader
    private let host = ManualHost()

    init() throws {
        database = try directory.seededDatabase()
        // A busy machine must not stop it.
        reader = try NonBlockingReader(database.location, budget: NonBlockingReader.Budget(time: .seconds(60)))
        reader.attach(to: host)
    }

    private func relabel(_ label: String) throws {
        try database.pool.write { try $0.execute(sql: "UPDATE recipe SET label = ?", arguments: [label]) }
    }

    /// The recipe as it is now, read by another connection.
    private func stored(_ id: Int64) throws -> EncodedJSON<Recipe> {
        try database.read { db in
            let statement = try Statement(keptBy: db, "SELECT \(Recipe.columns) FROM recipe WHERE id = $1")
            try statement.bind(id, at: 1)
            #expect(try statement.step())
            return EncodedJSON(Recipe(statement))
        }
    }

    @Test func readsOfOnePassSeeOneSnapshot() throws {
        let (first, second, third) = (try stored(1), try stored(2), try stored(3))
        #expect(try reader.recipe(1) == first)
        try relabel("changed")
        #expect(try reader.recipe(2) == second)
        #expect(try reader.recipe(3) == third)
        #expect(try reader.recipe(1) == first)
    }

    @Test func withoutALoopEveryReadSeesTheLatestCommit() throws {
        let database = try SQLiteStore(serving: database.location)
        let reader = try #require(database.nonBlockingReader)
        for label in ["once", "twice"] {
            try relabel(label)
            #expect(try reader.recipe(1) == stored(1))
        }
    }

    @Test func theNextPassSeesANewCommit() throws {
        _ = try reader.recipe(1)
        _ = try reader.recipe(2)
        for label in ["once", "twice"] {
            try relabel(label)
            host.endPass()
            #expect(try reader.recipe(1) == stored(1))
            #expect(try reader.recipe(2) == stored(2))
        }
    }

    @Test func aFailedReadKeepsTheSnapshot() async throws {
        let large = try #require(
            try await database.create(
                label: String(repeating: "a", count: 100_000), source: "", url: "", submitterID: 1))
        let first = try stored(1)
        #expect(try reader.recipe(1) == first)
        try relabel("changed")
        #expect(try reader.recipe(70) == nil)
        #expect(throws: DatabaseError.self) { try reader.recipe(large.id) }
        #expect(try reader.recipe(1) == first)
        host.endPass()
        #expect(try reader.recipe(1) == stored(1))
    }

    // MARK: Searches

    private func search(_ keyword: String?) throws(DatabaseError) -> [Int64] {
        var found: [Int64] = []
        try reader.find(RecipeSearch(keyword: keyword, limit: 10)) { found.append($0.integer(at: Recipe.idColumn)) }
        return found
    }

    private func add(_ count: Int, _ label: String) throws {
        try database.pool.write { db in
            for _ in 0..<count {
                try db.execute(sql: "INSERT INTO recipe (label, submitter_id) VALUES (?, 1)", arguments: [label])
            }
        }
    }

    @Test(arguments: [false, true])
    func searchesSeeTheSnapshotOfThePass(startsWithARecipe: Bool) throws {
        if startsWithARecipe { _ = try reader.recipe(1) } else { _ = try search("nothing") }
        try relabel("changed")
        #expect(try search("chicken") == [1, 2])
        #expect(try search("changed") == [])
        #expect(try search(nil) == [1, 2, 3])
        #expect(try reader.recipe(70) == nil)
        host.endPass()
        #expect(try search("changed") == [1, 2, 3])
    }

    @Test func aSearchOfManyRowsAsksTheIndex() throws {
        try add(200, "Soup")
        try add(1, "Bouillabaisse")
        #expect(try search("BOUILLA") == [204])
        #expect(try search("soup") == Array(4..<14))
    }

    @Test func aSearchStopsWhenItsTimeIsUp() throws {
        try add(200, "Soup")
        let reader = try NonBlockingReader(database.location, budget: NonBlockingReader.Budget(time: .zero))
        let error = try #require(throws: DatabaseError.self) {
            try reader.find(RecipeSearch(keyword: "nothing")) { _ in }
        }
        #expect(error.resultCode == .SQLITE_INTERRUPT)
        // Reads that follow have their own time.
        #expect(try reader.recipe(1) == stored(1))
    }

    @Test func aSearchReadsNoMoreThanItsBudget() throws {
        let reader = try NonBlockingReader(database.location, budget: NonBlockingReader.Budget(size: 200))
        for search in [RecipeSearch(keyword: "nothing"), RecipeSearch(limit: 1)] { try reader.find(search) { _ in } }
        for search in [RecipeSearch(keyword: "chicken"), RecipeSearch()] {
            let error = try #require(throws: DatabaseError.self) { try reader.find(search) { _ in } }
            #expect(error.resultCode == .SQLITE_TOOBIG)
        }
    }

    // MARK: Versions

    @Test func theVersionChangesWithEachCommit() throws {
        var versions = [try reader.version()]
        for label in ["once", "twice"] {
            host.endPass()
            #expect(try reader.version() == versions.last)
            try relabel(label)
            #expect(try reader.version() == versions.last)
            host.endPass()
            versions.append(try reader.version())
        }
        try reader.open(database.location)
        versions.append(try reader.version())
        #expect(Set(versions).count == 4)
    }

    // MARK: Transactions

    @Test func aPassWithoutARowHoldsNoTransaction() throws {
        #expect(try reader.recipe(70) == nil)
        try relabel("changed")
        #expect(try reader.recipe(1) == stored(1))
    }

    /// How large the log is after many commits, with a checkpoint due after each few pages.
    private func sizeOfLog(afterEachCommit: () throws -> Void) throws -> Int {
        try database.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 10; PRAGMA synchronous = OFF")
        }
        for round in 0..<300 {
            try relabel("round \(round)")
            try afterEachCommit()
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: database.location.path + "-wal")
        return try #require(attributes[.size] as? Int)
    }

    @Test func readsInEveryPassDoNotBlockCheckpoints() throws {
        let size = try sizeOfLog {
            _ = try search("chicken")
            _ = try reader.recipe(1)
            _ = try reader.recipe(2)
            _ = try reader.version()
            host.endPass()
        }
        #expect(size < 100 * 4096)
    }

    /// Shows that the test above can fail.
    @Test func anOpenTransactionWouldBlockCheckpoints() throws {
        _ = try reader.recipe(1)
        #expect(try sizeOfLog {} > 300 * 4096)
    }
}
