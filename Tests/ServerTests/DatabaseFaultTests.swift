import Foundation
import Testing

/// What can befall a database while clients write to it. Each write ends in a 201 or in a 503 with Retry-After, never in both and
/// never in neither; `/health/ready` tells, and service returns by itself.
@Suite(.serialized) struct DatabaseFaultTests {
    /// Of the calls of all workers that use the database's files.
    enum DiskFault: String, CaseIterable {
        case readOnlyFileSystem = "write 30 -"
        case failingSyncOfTheLog = "sync 5 -wal"
        case failingReads = "read 5 -"
    }

    /// What is at the database's path for a while.
    enum Stranger: CaseIterable {
        case nothing, emptyFile, garbage, otherTables, folder
    }

    private static let json = ["Content-Type: application/json"]
    private static let recipe = #"{"label":"LABEL","source":"Mum","url":"https://e.com/","submitter_id":1}"#

    /// The workers' calls fail while the server's folder has a file `fault`.
    private func preloaded(workers: Int = 2) throws -> TestServer {
        let folder = try TestServer.newFolder()
        let library = try PreloadedLibrary.build("disk-faults", in: folder)
        return try TestServer(
            workers: workers, environment: ["LD_PRELOAD": library, "DISK_FAULT": folder + "/fault"], folder: folder)
    }

    private func setFault(_ fault: String?, _ server: TestServer) throws {
        let path = server.folder + "/fault"
        guard let fault else { return try FileManager.default.removeItem(atPath: path) }
        try Data(fault.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    /// Lets clients write before, during and after a fault.
    /// - Parameter reads: which statuses a read may have during the fault.
    private func endure(
        on server: TestServer, reads: Set<Int>, begin: () throws -> Void, end: () throws -> Void
    ) throws {
        // Whoever answered the write is asked: the other worker may not have written yet.
        func wait(forWrites write: Int, readiness: Int) throws {
            do {
                try Machine.wait(for: "\(write) for a write, and readiness \(readiness)") {
                    guard let client = try? server.client() else { return false }
                    let recipe = Self.recipe.replacing("LABEL", with: UUID().uuidString)
                    return (try? client.ask("POST", "/api/v1/recipes/", fields: Self.json, body: recipe).status)
                        == write
                        && (try? client.ask("/health/ready").status) == readiness
                }
            } catch {
                try server.master.catchUp()
                throw ChildProcess.Failure(description: "\(error); the server said:\n\(server.master.output)")
            }
        }
        let workers = server.workers
        let writers = RecipeWriters(server.address, count: 4)
        try writers.waitForMore(201, than: 8)
        try begin()
        try writers.waitForMore(503, than: 8)
        try wait(forWrites: 503, readiness: 503)
        for target in ["/api/v1/recipes/1", "/api/v1/recipes/search/?keyword=chicken", "/"] {
            #expect(reads.contains(try server.ask(target).status), "\(target)")
        }
        try end()
        try wait(forWrites: 201, readiness: 200)
        try writers.waitForMore(201, than: 20)
        let outcome = writers.stop()
        #expect(outcome.unexpected == [])
        #expect(outcome.unanswered == [])
        #expect(server.workers == workers)
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        #expect(outcome.contradictions(with: StoredRecipes(server.folder + "/recipes.db")) == [])
    }

    @Test(arguments: DiskFault.allCases) func aDiskThatFailsIsSaidAndEnds(fault: DiskFault) throws {
        let server = try preloaded()
        try endure(on: server, reads: fault == .failingReads ? [200, 503] : [200]) {
            try setFault(fault.rawValue, server)
        } end: {
            try setFault(nil, server)
        }
    }

    @Test(arguments: Stranger.allCases) func aDatabaseThatIsElsewhereForAWhileIsUsedAgain(stranger: Stranger) throws {
        let server = try TestServer(workers: 2, environment: ["LOG_LEVEL": "debug"])
        let (path, away, new) = (server.folder + "/recipes.db", server.folder + "/away", server.folder + "/new")
        try endure(on: server, reads: [200, 503]) {
            switch stranger {
            case .nothing: break
            case .emptyFile: try Data().write(to: URL(filePath: new))
            case .garbage: try Data(repeating: 0x5a, count: 16384).write(to: URL(filePath: new))
            case .otherTables: try StoredRecipes.makeOther(at: new)
            case .folder: try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: false)
            }
            #expect(rename(path, away) == 0)
            if stranger != .nothing { #expect(rename(new, path) == 0) }
            // Nothing of the other application's may be left beside the database.
            if stranger == .otherTables { try server.master.waitFor("has no table `user`") }
        } end: {
            if stranger == .folder { #expect(rmdir(path) == 0) }
            #expect(rename(away, path) == 0)
        }
    }

    @Test func aWorkerThatMayNotWriteTheDatabaseIsTriedAgain() throws {
        let server = try preloaded()
        let mark = server.master.mark
        try setFault("open 30 recipes.db", server)
        kill(try #require(server.workers.first), SIGKILL)
        try server.master.waitFor("recipes.db is read-only; let this user write it", from: mark)
        // The other one has it open.
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload failed", from: mark)
        let back = server.master.mark
        try setFault(nil, server)
        try server.master.waitFor("worker ready", from: back)
        #expect(try server.ask("/health/ready").status == 200)
    }
}
