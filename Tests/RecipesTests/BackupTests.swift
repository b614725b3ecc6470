import Foundation
import GRDB
import Glibc
import Testing

@testable import Recipes

@Suite struct BackupTests {
    private let directory = TemporaryDirectory()
    private var backup: Backup { Backup(location: directory.database(), log: .silent) }
    private var file: String { directory.path + "/backup.db" }

    private func labels(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3") }
    }

    private func endWAL(_ path: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction {
            _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE")
        }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    private func refusal(_ path: String) throws -> String {
        try #require(throws: RecipeDatabaseError.self) { try backup.run(to: path) }.description
    }

    @Test func aBackupIsOneFileWithTheCommitsOfTheLog() async throws {
        let database = try directory.seededDatabase()
        _ = try await database.create(label: "in the log", source: "", url: "", submitterID: 1)
        try backup.run(to: file)
        #expect(try names() == ["backup.db", "recipes.db", "recipes.db-shm", "recipes.db-wal"])
        // Not in WAL mode: reading it makes no other files.
        #expect(try labels(file) == ["in the log"])
        #expect(try names().filter { $0.hasPrefix("backup") } == ["backup.db"])
        #expect(database.healthProblem() == nil)
        // The rows that came later are gone after a restore.
        _ = try await database.create(label: "later", source: "", url: "", submitterID: 1)
        try database.close()
        try Restore(location: directory.database(), log: .silent).run(from: file)
        #expect(try labels(directory.database().path) == ["in the log"])
    }

    /// Each page is read from one commit, whatever is written between two steps.
    @Test func aBackupIsOfOneMomentWhileOthersWrite() throws {
        let database = try directory.seededDatabase()
        try database.pool.write { db in
            for number in 0..<8_000 {
                try db.execute(
                    sql: "INSERT INTO recipe (label, source) VALUES (?, 0)",
                    arguments: ["\(number) " + String(repeating: "x", count: 1000)])
            }
        }
        var steps = 0
        var backup = backup
        backup.progress = { progress in
            guard let progress else { return }
            steps += 1
            #expect(progress.copiedPages <= progress.pages)
            try! database.pool.write { db in
                try db.execute(sql: "UPDATE recipe SET source = ? WHERE id > 3", arguments: ["\(steps)"])
            }
        }
        try backup.run(to: file)
        #expect(steps > 1)
        let sources = try DatabaseQueue(path: file).read {
            try String.fetchAll($0, sql: "SELECT DISTINCT source FROM recipe WHERE id > 3")
        }
        #expect(sources == ["0"])
    }

    @Test func nobodyElseMayReadItWhoMayNotReadTheDatabase() throws {
        let database = try directory.seededDatabase()
        for mode in [0o600, 0o640, 0o644] as [mode_t] {
            #expect(chmod(database.location.path, mode) == 0)
            try backup.run(to: file)
            var status = stat()
            #expect(stat(file, &status) == 0)
            #expect(status.st_mode & 0o7777 == mode)
        }
    }

    @Test func anOlderBackupIsReplacedThroughALinkToo() async throws {
        let database = try directory.seededDatabase()
        try backup.run(to: file)
        _ = try await database.create(label: "later", source: "", url: "", submitterID: 1)
        let link = directory.path + "/link.db"
        #expect(symlink(file, link) == 0)
        try backup.run(to: link)
        #expect(try labels(file) == ["later"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        // As mktemp(1) makes it.
        let empty = directory.path + "/empty.db"
        try Data().write(to: URL(filePath: empty))
        try backup.run(to: empty)
        #expect(try labels(empty) == ["later"])
    }

    @Test func whatIsNotABackupIsLeftAlone() throws {
        let database = try directory.seededDatabase()
        let path = database.location.path
        #expect(try refusal(path).contains("is the database itself"))
        #expect(symlink(path, directory.path + "/link.db") == 0)
        #expect(try refusal(directory.path + "/link.db").contains("is the database itself"))
        for suffix in ["-wal", "-shm", "-journal"] {
            #expect(try refusal(path + suffix).contains("a part of a database"))
        }
        #expect(try refusal(directory.path).contains("is not a file"))
        #expect(try refusal("/dev/null").contains("is not a file"))
        #expect(try refusal(directory.path + "/missing/backup.db").contains("No such file or directory"))
        let text = directory.path + "/text"
        try Data(String(repeating: "No database. ", count: 20).utf8).write(to: URL(filePath: text))
        #expect(try refusal(text).contains("is not a backup"))
        let other = directory.path + "/other.db"
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE places (id)") }
        #expect(try refusal(other).contains("is not a backup"))
        #expect(try String(contentsOfFile: text, encoding: .utf8).hasPrefix("No database. "))
        #expect(try labels(path) == [])
        withExtendedLifetime(database) {}
    }

    @Test func aDatabaseInUseIsLeftAlone() throws {
        try directory.prestart().run()
        try directory.prestart("second.db").run()
        let second = try SQLiteStore(serving: directory.database("second.db"))
        let before = try names()
        #expect(try refusal(second.location.path).contains("is a database in use"))
        #expect(try names() == before)
        try second.close()
        // Its log would be taken for the backup's.
        #expect(try refusal(second.location.path).contains("second.db-wal exists"))
    }

    @Test func aDamagedDatabaseDoesNotReplaceAGoodBackup() async throws {
        let database = try directory.seededDatabase()
        try backup.run(to: file)
        for number in 0..<200 {
            _ = try await database.create(
                label: String(repeating: "\(number)", count: 300), source: "", url: "", submitterID: 1)
        }
        try database.close()
        // Else the log would have the pages too.
        try endWAL(directory.database().path)
        let handle = try #require(FileHandle(forUpdatingAtPath: directory.database().path))
        try handle.seek(toOffset: 8 * 4096)
        try handle.write(contentsOf: Data(repeating: 0xff, count: 3 * 4096))
        try handle.close()
        #expect(try refusal(file).contains("is damaged, so it was not backed up"))
        #expect(try labels(file) == [])
        #expect(try names().filter { $0.contains("partial") } == [])
    }

    @Test func aMissingDatabaseIsNotCreated() throws {
        #expect(try refusal(file).contains("does not exist"))
        #expect(try names() == [])
    }

    /// The transaction of a writer does not keep a backup from reading.
    @Test func aWriterDoesNotDelayIt() throws {
        let database = try directory.seededDatabase()
        try database.pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try db.execute(sql: "DELETE FROM recipe")
                try backup.run(to: file)
                return .rollback
            }
        }
        #expect(try DatabaseQueue(path: file).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM recipe") } == 3)
    }
}
