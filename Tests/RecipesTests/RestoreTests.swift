import Foundation
import GRDB
import GRDBSQLite
import Glibc
import Testing

@testable import Recipes

@Suite struct RestoreTests {
    private let directory = TemporaryDirectory()
    private var restore: Restore { Restore(location: directory.database(), log: .silent) }
    private var backup: String { directory.path + "/backup.db" }

    /// Leaves a database, a backup of it, and a log with a later commit that no process has open.
    private func leaveALog() async throws {
        let database = try directory.seededDatabase()
        let copy = try DatabaseQueue(path: backup)
        try DatabaseQueue(path: database.location.path).backup(to: copy)
        try copy.close()
        _ = try await database.create(label: "later", source: "", url: "", submitterID: 1)
        try database.close()
        #expect(access(directory.database().path + "-wal", F_OK) == 0)
    }

    private func labels() throws -> [String] {
        try DatabaseQueue(path: directory.database().path).read {
            try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3")
        }
    }

    @Test func aRestoreDeletesTheOldLog() async throws {
        try await leaveALog()
        try restore.run(from: backup)
        #expect(try labels() == [])
        let database = try SQLiteStore(serving: directory.database())
        #expect(try await database.create(label: "new", source: "", url: "", submitterID: 1)?.id == 4)
    }

    @Test func theBackupsOwnLogIsRestored() async throws {
        let source = try directory.seededDatabase()
        _ = try await source.create(label: "in the log", source: "", url: "", submitterID: 1)
        let target = Restore(location: directory.database("second.db"), log: .silent)
        try target.run(from: source.location.path)
        let second = try SQLiteStore(serving: directory.database("second.db"))
        #expect(try await second.recipe(4) != nil)
    }

    @Test func aDatabaseInUseIsNotReplaced() throws {
        let database = try directory.seededDatabase()
        try directory.prestart("backup.db").run()
        let error = try #require(throws: RecipeDatabaseError.self) { try restore.run(from: backup) }
        #expect(error.description.contains("process \(getpid())"))
        #expect(error.description.contains("stop the server first"))
        #expect(database.healthProblem() == nil)
    }

    @Test func anInvalidBackupChangesNothing() async throws {
        try await leaveALog()
        func refusal(_ path: String) throws -> String {
            try #require(throws: RecipeDatabaseError.self) { try restore.run(from: path) }.description
        }
        #expect(try refusal(directory.path + "/missing").contains("not a file"))
        #expect(try refusal(directory.path).contains("not a file"))
        #expect(try refusal(directory.database().path).contains("the database itself"))
        let text = directory.path + "/text"
        let file = fopen(text, "w")
        fputs("This is no database, but a text that is longer than the header of one, which has a hundred bytes.", file)
        fclose(file)
        #expect(try refusal(text).contains("not a SQLite database"))
        try await DatabaseQueue(path: directory.path + "/other.db").write {
            try $0.execute(sql: "CREATE TABLE other (id)")
        }
        #expect(try refusal(directory.path + "/other.db").contains("no table"))
        #expect(try labels() == ["later"])
    }

    @Test(arguments: [
        ("UPDATE alembic_version SET version_num = 'cafe'", "revision cafe"),
        ("DELETE FROM alembic_version", "exactly one revision"),
        ("DROP TABLE alembic_version", "exactly one revision"),
        ("ALTER TABLE recipe RENAME COLUMN source TO origin", "no such column: source"),
    ])
    func anIncompatibleBackupIsRejected(change: String, reason: String) async throws {
        try await leaveALog()
        let changed = try DatabaseQueue(path: backup)
        try await changed.writeWithoutTransaction { try $0.execute(sql: change) }
        try changed.close()
        let error = try #require(throws: RecipeDatabaseError.self) { try restore.run(from: backup) }
        #expect(error.description.contains("the backup \(backup)"))
        #expect(error.description.contains(reason))
        #expect(try labels() == ["later"])
    }

    @Test func aDirectoryAtTheDatabasesPathChangesNothing() async throws {
        try await leaveALog()
        try FileManager.default.removeItem(atPath: directory.database().path)
        #expect(mkdir(directory.database().path, 0o755) == 0)
        let error = try #require(throws: RecipeDatabaseError.self) { try restore.run(from: backup) }
        #expect(error.description.contains("is not a file"))
        #expect(access(directory.database().path + "-wal", F_OK) == 0)
    }

    @Test func aNewFileBelongsToTheDirectorysOwner() async throws {
        try await leaveALog()
        let place = directory.path + "/place"
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

    /// An open file description lock has no process, like a lock of another PID namespace.
    @Test(arguments: [("", 1_073_741_826, 510), ("-shm", 128, 1)])
    func aDatabaseOpenInAnotherContainerIsNotReplaced(suffix: String, start: Int, length: Int) async throws {
        try await leaveALog()
        let file = open(directory.database().path + suffix, O_RDWR | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_RDLCK)
        lock.l_start = off_t(start)
        lock.l_len = off_t(length)
        // F_OFD_SETLK (fcntl(2))
        #expect(fcntl(file, 37, &lock) == 0)
        let error = try #require(throws: RecipeDatabaseError.self) { try restore.run(from: backup) }
        #expect(error.description.contains("stop the server first"))
    }

    /// The error must not name the backup.
    @Test func anUnwritableDirectoryIsNamed() async throws {
        try await leaveALog()
        let target = Restore(location: DatabaseLocation(path: "/proc/recipes.db"), log: .silent)
        let error = try #require(throws: RecipeDatabaseError.self) { try target.run(from: backup) }
        #expect(error.description.contains("/proc"))
        #expect(!error.description.contains("the backup"))
    }

    @Test func aStaleLogIsWarnedAbout() async throws {
        try await leaveALog()
        #expect(StaleWAL.warning(directory.database()) == nil)
        // Like `cp`.
        try Data(contentsOf: URL(filePath: backup)).write(to: URL(filePath: directory.database().path))
        // The clock of the file system may be coarse.
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now + 1], ofItemAtPath: directory.database().path)
        let warning = try #require(StaleWAL.warning(directory.database()))
        #expect(warning.contains("recipes.db-wal"))
        #expect(warning.contains("recipe-worker restore"))
    }

    /// The main file is newer than its log, but only because of a checkpoint.
    @Test(arguments: [SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL])
    func aCheckpointCausesNoWarning(mode: Int32) async throws {
        let database = try directory.seededDatabase()
        for number in 0..<40 {
            _ = try await database.create(label: "\(number)", source: "", url: "", submitterID: 1)
            if number % 13 == 0 { try checkpoint(database, mode) }
        }
        try checkpoint(database, mode)
        try database.close()
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now + 1], ofItemAtPath: directory.database().path)
        #expect(access(directory.database().path + "-wal", F_OK) == 0)
        #expect(StaleWAL.warning(directory.database()) == nil)
    }

    private func checkpoint(_ database: SQLiteStore, _ mode: Int32) throws {
        try database.pool.writeWithoutTransaction { db in
            let code = sqlite3_wal_checkpoint_v2(try db.connection, "main", mode, nil, nil)
            #expect(code == SQLITE_OK)
        }
    }
}
