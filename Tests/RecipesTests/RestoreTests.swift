import Foundation
import GRDB
import GRDBSQLite
import Glibc
import Testing

@testable import Recipes

@Suite struct RestoreTests {
    private let folder = TemporaryFolder()
    private var restore: Restore { Restore(location: folder.database(), log: .silent) }
    private var backup: String { folder.path + "/backup.db" }

    /// A database with a backup of it, and a log of later commits that nobody has open.
    private func leaveALog() throws {
        let database = try folder.seededDatabase()
        let copy = try DatabaseQueue(path: backup)
        try DatabaseQueue(path: database.location.path).backup(to: copy)
        try copy.close()
        _ = try database.create(label: "later", source: "", url: "", submitterID: 1)
        try database.close()
        #expect(access(folder.database().path + "-wal", F_OK) == 0)
    }

    private func labels() throws -> [String] {
        try DatabaseQueue(path: folder.database().path).read {
            try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3")
        }
    }

    @Test func aRestoreIsNotUndoneByAnOldLog() throws {
        try leaveALog()
        try restore.run(from: backup)
        #expect(try labels() == [])
        let database = try RecipeDatabase(serving: folder.database())
        #expect(try database.create(label: "new", source: "", url: "", submitterID: 1)?.id == 4)
    }

    @Test func whatIsInTheBackupsOwnLogIsRestored() throws {
        let source = try folder.seededDatabase()
        _ = try source.create(label: "in the log", source: "", url: "", submitterID: 1)
        let target = Restore(location: folder.database("second.db"), log: .silent)
        try target.run(from: source.location.path)
        let second = try RecipeDatabase(serving: folder.database("second.db"))
        #expect(try second.recipe(4) != nil)
    }

    @Test func aDatabaseInUseIsNotReplaced() throws {
        let database = try folder.seededDatabase()
        try folder.prestart("backup.db").run()
        let error = try #require(throws: UnusableDatabase.self) { try restore.run(from: backup) }
        #expect(error.description.contains("process \(getpid())"))
        #expect(error.description.contains("stop the server first"))
        #expect(database.trouble() == nil)
    }

    @Test func whatIsNoBackupChangesNothing() throws {
        try leaveALog()
        func refusal(_ path: String) throws -> String {
            try #require(throws: UnusableDatabase.self) { try restore.run(from: path) }.description
        }
        #expect(try refusal(folder.path + "/missing").contains("no file"))
        #expect(try refusal(folder.path).contains("no file"))
        #expect(try refusal(folder.database().path).contains("the database itself"))
        let text = folder.path + "/text"
        let file = fopen(text, "w")
        fputs("This is no database, but a text that is longer than the header of one, which has a hundred bytes.", file)
        fclose(file)
        #expect(try refusal(text).contains("no SQLite database"))
        try DatabaseQueue(path: folder.path + "/other.db").write { try $0.execute(sql: "CREATE TABLE other (id)") }
        #expect(try refusal(folder.path + "/other.db").contains("no table"))
        #expect(try labels() == ["later"])
    }

    @Test(arguments: [
        ("UPDATE alembic_version SET version_num = 'cafe'", "revision cafe"),
        ("DELETE FROM alembic_version", "no one revision"),
        ("DROP TABLE alembic_version", "no one revision"),
        ("ALTER TABLE recipe RENAME COLUMN source TO origin", "no such column: source"),
        ("PRAGMA foreign_keys = OFF; UPDATE recipe SET submitter_id = 77 WHERE id = 2", "(`recipe`, id 2)"),
    ])
    func aBackupThatThisVersionCannotServeIsRefused(change: String, reason: String) throws {
        try leaveALog()
        let changed = try DatabaseQueue(path: backup)
        try changed.writeWithoutTransaction { try $0.execute(sql: change) }
        try changed.close()
        let error = try #require(throws: UnusableDatabase.self) { try restore.run(from: backup) }
        #expect(error.description.contains("the backup \(backup)"))
        #expect(error.description.contains(reason))
        #expect(try labels() == ["later"])
    }

    @Test func aFolderInTheDatabasesPlaceKeepsWhatIsThere() throws {
        try leaveALog()
        try FileManager.default.removeItem(atPath: folder.database().path)
        #expect(mkdir(folder.database().path, 0o755) == 0)
        let error = try #require(throws: UnusableDatabase.self) { try restore.run(from: backup) }
        #expect(error.description.contains("is no file"))
        #expect(access(folder.database().path + "-wal", F_OK) == 0)
    }

    @Test func aFileThatIsNewIsTheFoldersOwners() throws {
        try leaveALog()
        let place = folder.path + "/place"
        #expect(mkdir(place, 0o755) == 0)
        if geteuid() == 0 { #expect(chown(place, 1234, 1235) == 0) }
        let target = DatabaseLocation(path: place + "/recipes.db")
        #expect(FileManager.default.createFile(atPath: target.path + "-journal", contents: Data("old".utf8)))
        try Restore(location: target, log: .silent).run(from: backup)
        var status = stat()
        #expect(stat(target.path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o644)
        if geteuid() == 0 { #expect((status.st_uid, status.st_gid) == (1234, 1235)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["recipes.db"])
    }

    /// A lock whose process is not shown, as that of another container.
    @Test(arguments: [("", 1_073_741_826, 510), ("-shm", 128, 1)])
    func aDatabaseThatAnotherContainerHasOpenIsNotReplaced(suffix: String, start: Int, length: Int) throws {
        try leaveALog()
        let file = open(folder.database().path + suffix, O_RDWR | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_RDLCK)
        lock.l_start = off_t(start)
        lock.l_len = off_t(length)
        // F_OFD_SETLK (fcntl(2))
        #expect(fcntl(file, 37, &lock) == 0)
        let error = try #require(throws: UnusableDatabase.self) { try restore.run(from: backup) }
        #expect(error.description.contains("stop the server first"))
    }

    /// The backup is not blamed.
    @Test func aCopyThatCannotBeWrittenIsOfTheDatabasesFolder() throws {
        try leaveALog()
        let target = Restore(location: DatabaseLocation(path: "/proc/recipes.db"), log: .silent)
        let error = try #require(throws: UnusableDatabase.self) { try target.run(from: backup) }
        #expect(error.description.contains("/proc"))
        #expect(!error.description.contains("the backup"))
    }

    @Test func aLogThatIsOlderThanTheFileIsWarnedOf() throws {
        try leaveALog()
        #expect(OldLog.warning(folder.database()) == nil)
        // As `cp` does it.
        try Data(contentsOf: URL(filePath: backup)).write(to: URL(filePath: folder.database().path))
        // All of it may have happened within one tick of the file system's clock.
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now + 1], ofItemAtPath: folder.database().path)
        let warning = try #require(OldLog.warning(folder.database()))
        #expect(warning.contains("recipes.db-wal"))
        #expect(warning.contains("recipe-worker restore"))
    }

    /// The file is newer than its log, and nobody has put it there.
    @Test(arguments: [SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL])
    func aCheckpointIsNotWarnedOf(mode: Int32) throws {
        let database = try folder.seededDatabase()
        for number in 0..<40 {
            _ = try database.create(label: "\(number)", source: "", url: "", submitterID: 1)
            if number % 13 == 0 { try checkpoint(database, mode) }
        }
        try checkpoint(database, mode)
        try database.close()
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now + 1], ofItemAtPath: folder.database().path)
        #expect(access(folder.database().path + "-wal", F_OK) == 0)
        #expect(OldLog.warning(folder.database()) == nil)
    }

    private func checkpoint(_ database: RecipeDatabase, _ mode: Int32) throws {
        try database.pool.writeWithoutTransaction { db in
            let code = sqlite3_wal_checkpoint_v2(try db.connection, "main", mode, nil, nil)
            #expect(code == SQLITE_OK)
        }
    }
}
