import Foundation
import GRDB
import Testing

@testable import Recipes

@Suite struct DatabaseCheckTests {
    private let directory = TemporaryDirectory()

    private func problems() throws -> [String] {
        try SQLiteSession.reading(directory.database()) { try DatabaseCheck($0, log: .silent).problems() }
    }

    private func change(_ sql: String) throws {
        let database = try DatabaseQueue(path: directory.database().path)
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }

    @Test func aWholeDatabaseHasNoProblem() throws {
        let database = try directory.seededDatabase()
        #expect(try problems() == [])
        try database.close()
        #expect(try problems() == [])
    }

    @Test func rowsWithoutTheirUserAreFound() throws {
        try directory.prestart().run()
        try change("PRAGMA foreign_keys = OFF; UPDATE recipe SET submitter_id = 77 WHERE id > 1")
        #expect(
            try problems() == [
                "2 recipes have a submitter_id that no user has; add the users, or set these submitter_id to NULL"
            ])
    }

    @Test func pendingAndUnknownRevisionsAreFound() throws {
        try SQLiteSession.writing(directory.database(), mayCreate: true) {
            try Migrator($0, log: .silent).up(to: Migration.initial.revision)
        }
        let revisions = Migration.all.dropFirst().map(\.revision).joined(separator: ", ")
        #expect(
            try problems() == [
                "pending migrations: \(revisions); run `recipe-worker migrate up`, or start the server"
            ])
        try change("UPDATE alembic_version SET version_num = 'cafe'")
        let unknown = try problems()
        #expect(unknown.count == 1)
        #expect(unknown[0].contains("has revision cafe, which this version does not know"))
    }

    @Test func aMissingTableIsFound() throws {
        try directory.prestart().run()
        try change("DROP TABLE recipe")
        #expect(try problems() == ["there is no table `recipe`, though the revision has it; restore a backup"])
    }

    @Test func damageIsFound() throws {
        try directory.prestart().run()
        // Else the log would have the page too.
        try change("PRAGMA journal_mode = DELETE")
        let path = directory.database().path
        // An index page without its content.
        let root = try DatabaseQueue(path: path).read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'ix_recipe_url'")!
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: UInt64(root - 1) * 4096)
        try handle.write(contentsOf: [0x0a, 0, 0, 0, 0, 0x10, 0, 0] + Data(repeating: 0, count: 4088))
        try handle.close()
        let found = try problems()
        #expect(!found.isEmpty)
        #expect(
            found.allSatisfy { $0.hasPrefix("damage: ") && $0.hasSuffix("`recipe-worker restore FILE`") }, "\(found)")
    }

    @Test func aSearchIndexThatDoesNotMatchIsFoundAndCanBeMadeAnew() throws {
        try directory.prestart().run()
        try change("DROP TRIGGER recipe_search_insert; INSERT INTO recipe (label) VALUES ('unknown to the index')")
        let found = try problems()
        #expect(found.count == 1 && found[0].hasPrefix("the search index lacks "), "\(found)")
        try SQLiteSession.writing(directory.database(), mayCreate: false) { session in
            let migrator = Migrator(session, log: .silent)
            try migrator.down(.to(Migration.initial.revision), mayLoseRows: false)
            try migrator.up()
        }
        #expect(try problems() == [])
    }

    @Test func aMissingFileIsAnError() throws {
        let error = try #require(throws: RecipeDatabaseError.self) { try problems() }
        #expect(error.description.contains("does not exist"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }
}
