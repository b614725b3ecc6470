import Brigade
import Foundation
import GRDB
import Glibc
import Testing

@testable import Recipes

/// The files of an open database are removed, replaced or truncated.
@Suite(.timeLimit(.minutes(1))) struct DatabaseFilesTests {
    private let directory = TemporaryDirectory()
    private let database: SQLiteStore
    private var path: String { database.location.path }

    init() throws {
        database = try directory.seededDatabase()
    }

    private func create(_ label: String) async throws -> Int64? {
        try await database.create(label: label, source: "", url: "", submitterID: 1)?.id
    }

    private func labels() throws -> [String] {
        try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3") }
    }

    private func repair() {
        while !database.checkAndRepair() { sched_yield() }
    }

    @Test(arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]])
    func removingTheLogLosesNoCommit(files: [String]) async throws {
        #expect(try await create("before") == 4)
        for file in files { #expect(unlink(path + file) == 0) }
        await #expect(throws: HTTPError.self) { try await create("meanwhile") }
        #expect(database.healthProblem()?.contains(files[0]) == true)
        await #expect(throws: HTTPError.self) { try await database.recipe(1) }
        await #expect(throws: HTTPError.self) { try await database.recipes(limit: nil) }
        repair()
        #expect(database.healthProblem() == nil)
        #expect(try await create("after") == 5)
        #expect(try await database.recipe(4) != nil)
        #expect(try labels() == ["before", "after"])
        #expect(try await create("at last") == 6)
    }

    @Test func replacingTheLogByAnEmptyFileLosesNoCommit() async throws {
        #expect(try await create("before") == 4)
        #expect(FileManager.default.createFile(atPath: path + ".new", contents: nil))
        #expect(rename(path + ".new", path + "-wal") == 0)
        await #expect(throws: HTTPError.self) { try await create("meanwhile") }
        repair()
        #expect(try await create("after") == 5)
        #expect(try labels() == ["before", "after"])
    }

    @Test func aTruncatedLogIsNotWritten() async throws {
        // The tables are in the main file, and the log begins anew.
        try await database.pool.writeWithoutTransaction { _ = try $0.checkpoint(.full) }
        #expect(try await create("lost") == 4)
        #expect(truncate(path + "-wal", 0) == 0)
        await #expect(throws: HTTPError.self) { try await create("meanwhile") }
        repair()
        #expect(try await create("after") == 4)
        let check = try await DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(check == ["ok"])
    }

    @Test func aReplacedFileIsReopened() async throws {
        #expect(try await create("old") == 4)
        let backup = try DatabaseQueue(path: path + ".backup")
        try DatabaseQueue(path: path).backup(to: backup)
        try await backup.write { try $0.execute(sql: "UPDATE recipe SET label = 'restored' WHERE id = 4") }
        try backup.close()
        #expect(try await create("later") == 5)
        #expect(rename(path + ".backup", path) == 0)
        #expect(database.healthProblem()?.contains("replaced") == true)
        await #expect(throws: HTTPError.self) { try await database.recipe(4) }
        repair()
        #expect(try labels() == ["restored"])
        #expect(try await create("new") == 5)
        #expect(try labels() == ["restored", "new"])
    }

    @Test func theLogOfAReplacedFileIsMovedIntoThatFile() async throws {
        #expect(try await create("old") == 4)
        let backup = try DatabaseQueue(path: path + ".backup")
        try DatabaseQueue(path: path).backup(to: backup)
        try backup.close()
        #expect(try await create("later") == 5)
        #expect(rename(path, path + ".old") == 0)
        #expect(rename(path + ".backup", path) == 0)
        repair()
        #expect(try labels() == ["old"])
        let old = try await DatabaseQueue(path: path + ".old").read {
            try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3")
        }
        #expect(old == ["old", "later"])
    }

    @Test func aFileThatReturnsIsUsedAgain() async throws {
        #expect(try await create("before") == 4)
        #expect(rename(path, path + ".away") == 0)
        #expect(!database.checkAndRepair())
        await #expect(throws: HTTPError.self) { try await create("meanwhile") }
        await #expect(throws: HTTPError.self) { try await database.recipe(1) }
        #expect(rename(path + ".away", path) == 0)
        repair()
        #expect(try await create("after") == 5)
        #expect(try labels() == ["before", "after"])
    }

    @Test func aDatabaseWithoutOurTablesIsNotServed() throws {
        let other = try DatabaseQueue(path: path + ".other")
        try other.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        try other.close()
        #expect(rename(path + ".other", path) == 0)
        #expect(!database.checkAndRepair())
        #expect(!database.checkAndRepair())
        #expect(database.healthProblem()?.contains("no table `user`") == true)
    }

    @Test func aDirectoryOrAnEmptyFileIsNotServed() throws {
        #expect(truncate(path, 0) == 0)
        #expect(database.healthProblem()?.contains("emptied") == true)
        #expect(unlink(path) == 0)
        #expect(mkdir(path, 0o755) == 0)
        #expect(!database.checkAndRepair())
        #expect(database.healthProblem()?.contains("not a file") == true)
    }

    @Test func aChangedSymbolicLinkIsReopened() async throws {
        try directory.prestart("second.db").run()
        let link = directory.database("link.db")
        #expect(symlink(path, link.path) == 0)
        let linked = try SQLiteStore(serving: link)
        #expect(linked.healthProblem() == nil)
        #expect(try await linked.create(label: "first", source: "", url: "", submitterID: 1)?.id == 4)
        #expect(unlink(link.path) == 0)
        #expect(symlink(directory.database("second.db").path, link.path) == 0)
        #expect(linked.healthProblem()?.contains("replaced") == true)
        while !linked.checkAndRepair() { sched_yield() }
        #expect(try await linked.create(label: "second", source: "", url: "", submitterID: 1)?.id == 4)
        #expect(try labels() == ["first"])
    }

    @Test func processesThatHaveRemovedFilesOpenAreNamed() throws {
        let paths = DatabaseFiles.Paths(database.location)
        let files = DatabaseFiles(at: paths)
        #expect(DatabaseLockHolders(files).conflict(files, at: paths) == nil)
        #expect(unlink(paths.shm) == 0)
        let without = DatabaseFiles(at: paths)
        #expect(
            DatabaseLockHolders(without).conflict(without, at: paths)?.hasPrefix("process \(getpid()) ") == true)
        let nobody = DatabaseLockHolders(files, locks: "")
        #expect(nobody.conflict(files, at: paths) == nil)
        #expect(nobody.first == nil)
    }
}
