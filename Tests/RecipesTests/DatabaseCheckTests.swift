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
        try directory.prestart().run()
        try change("DELETE FROM alembic_version; DROP TABLE recipe; DROP TABLE user")
        let pending = try problems()
        #expect(pending.count == 1)
        #expect(pending[0].hasPrefix("pending migrations: da9301b43279"))
        #expect(pending[0].contains("run `recipe-worker migrate up`"))
        try change("INSERT INTO alembic_version VALUES ('cafe')")
        let unknown = try problems()
        #expect(unknown.count == 1)
        #expect(unknown[0].contains("has revision cafe, which this version does not know"))
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

    @Test func aMissingFileIsAnError() throws {
        let error = try #require(throws: RecipeDatabaseError.self) { try problems() }
        #expect(error.description.contains("does not exist"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }
}
