import Brigade
import Foundation
import GRDB
import Glibc
import Testing

@testable import Recipes

/// What becomes of a database whose files are removed, replaced or cut short while it is open.
@Suite(.timeLimit(.minutes(1))) struct DatabaseFilesTests {
    private let folder = TemporaryFolder()
    private let database: RecipeDatabase
    private var path: String { database.location.path }

    init() throws {
        database = try folder.seededDatabase()
    }

    private func create(_ label: String) throws -> Int64? {
        try database.create(label: label, source: "", url: "", submitterID: 1)?.id
    }

    private func labels() throws -> [String] {
        try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3") }
    }

    /// Looks until all is well.
    private func heal() {
        while !database.look() { sched_yield() }
    }

    @Test(arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]])
    func aLogThatWasRemovedLosesNothing(files: [String]) throws {
        #expect(try create("before") == 4)
        for file in files { #expect(unlink(path + file) == 0) }
        #expect(throws: HTTPError.self) { try create("meanwhile") }
        #expect(database.trouble()?.contains(files[0]) == true)
        #expect(throws: HTTPError.self) { try database.recipe(1) }
        #expect(throws: HTTPError.self) { try database.recipes(limit: nil) }
        heal()
        #expect(database.trouble() == nil)
        #expect(try create("after") == 5)
        #expect(try database.recipe(4) != nil)
        #expect(try labels() == ["before", "after"])
        #expect(try create("at last") == 6)
    }

    @Test func anEmptyFileInTheLogsPlaceLosesNothing() throws {
        #expect(try create("before") == 4)
        #expect(FileManager.default.createFile(atPath: path + ".new", contents: nil))
        #expect(rename(path + ".new", path + "-wal") == 0)
        #expect(throws: HTTPError.self) { try create("meanwhile") }
        heal()
        #expect(try create("after") == 5)
        #expect(try labels() == ["before", "after"])
    }

    @Test func aLogThatWasEmptiedIsNotWrittenTo() throws {
        // The tables are in the main file, and the log begins anew.
        try database.pool.writeWithoutTransaction { _ = try $0.checkpoint(.full) }
        #expect(try create("lost") == 4)
        #expect(truncate(path + "-wal", 0) == 0)
        #expect(throws: HTTPError.self) { try create("meanwhile") }
        heal()
        #expect(try create("after") == 4)
        let check = try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(check == ["ok"])
    }

    @Test func aFileThatIsReplacedIsReadAnew() throws {
        #expect(try create("old") == 4)
        let backup = try DatabaseQueue(path: path + ".backup")
        try DatabaseQueue(path: path).backup(to: backup)
        try backup.write { try $0.execute(sql: "UPDATE recipe SET label = 'restored' WHERE id = 4") }
        try backup.close()
        #expect(try create("later") == 5)
        #expect(rename(path + ".backup", path) == 0)
        #expect(database.trouble()?.contains("replaced") == true)
        #expect(throws: HTTPError.self) { try database.recipe(4) }
        heal()
        #expect(try labels() == ["restored"])
        #expect(try create("new") == 5)
        #expect(try labels() == ["restored", "new"])
    }

    @Test func theLogOfAFileThatIsReplacedGoesIntoThatFile() throws {
        #expect(try create("old") == 4)
        let backup = try DatabaseQueue(path: path + ".backup")
        try DatabaseQueue(path: path).backup(to: backup)
        try backup.close()
        #expect(try create("later") == 5)
        #expect(rename(path, path + ".old") == 0)
        #expect(rename(path + ".backup", path) == 0)
        heal()
        #expect(try labels() == ["old"])
        let old = try DatabaseQueue(path: path + ".old").read {
            try String.fetchAll($0, sql: "SELECT label FROM recipe WHERE id > 3")
        }
        #expect(old == ["old", "later"])
    }

    @Test func aFileThatIsBackGoesOn() throws {
        #expect(try create("before") == 4)
        #expect(rename(path, path + ".away") == 0)
        #expect(!database.look())
        #expect(throws: HTTPError.self) { try create("meanwhile") }
        #expect(throws: HTTPError.self) { try database.recipe(1) }
        #expect(rename(path + ".away", path) == 0)
        heal()
        #expect(try create("after") == 5)
        #expect(try labels() == ["before", "after"])
    }

    @Test func anotherApplicationsFileIsNotServed() throws {
        let other = try DatabaseQueue(path: path + ".other")
        try other.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        try other.close()
        #expect(rename(path + ".other", path) == 0)
        #expect(!database.look())
        #expect(!database.look())
        #expect(database.trouble()?.contains("no table `user`") == true)
    }

    @Test func aFolderOrAnEmptyFileIsNoDatabase() throws {
        #expect(truncate(path, 0) == 0)
        #expect(database.trouble()?.contains("emptied") == true)
        #expect(unlink(path) == 0)
        #expect(mkdir(path, 0o755) == 0)
        #expect(!database.look())
        #expect(database.trouble()?.contains("no file") == true)
    }

    @Test func aLinkThatIsTurnedElsewhereIsReadAnew() throws {
        try folder.prestart("second.db").run()
        let link = folder.database("link.db")
        #expect(symlink(path, link.path) == 0)
        let linked = try RecipeDatabase(serving: link)
        #expect(linked.trouble() == nil)
        #expect(try linked.create(label: "first", source: "", url: "", submitterID: 1)?.id == 4)
        #expect(unlink(link.path) == 0)
        #expect(symlink(folder.database("second.db").path, link.path) == 0)
        #expect(linked.trouble()?.contains("replaced") == true)
        while !linked.look() { sched_yield() }
        #expect(try linked.create(label: "second", source: "", url: "", submitterID: 1)?.id == 4)
        #expect(try labels() == ["first"])
    }

    @Test func processesWithFilesThatLostTheirNamesAreNamed() throws {
        let paths = DatabaseFiles.Paths(database.location)
        let files = DatabaseFiles(at: paths)
        #expect(DatabaseUsers(files).conflict(files, at: paths) == nil)
        #expect(unlink(paths.index) == 0)
        let without = DatabaseFiles(at: paths)
        #expect(
            DatabaseUsers(without).conflict(without, at: paths)?.hasPrefix("process \(getpid()) ") == true)
        let nobody = DatabaseUsers(files, locks: "")
        #expect(nobody.conflict(files, at: paths) == nil)
        #expect(nobody.anyone == nil)
    }
}
