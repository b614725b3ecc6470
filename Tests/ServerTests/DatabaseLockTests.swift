import Foundation
import TestSupport
import Testing

/// Another process holds the write lock of the database: nobody who reads notices, and each write ends once, in a 201 or in a 503
/// with Retry-After.
@Suite(.serialized) struct DatabaseLockTests {
    private static let count = 1000
    private static let post: String = {
        let recipe = #"{"label":"Ramen","source":"Mum","url":"https://e.com/","submitter_id":1}"#
        return "POST /api/v1/recipes/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(recipe.utf8.count)\r\n\r\n\(recipe)"
    }()

    private func server(busyTimeout: String) throws -> TestServer {
        _ = ManyConnections.raiseDescriptorLimit()
        return try TestServer(workers: 2, environment: ["DATABASE_BUSY_TIMEOUT": busyTimeout])
    }

    /// A thousand clients, each of which has sent a recipe.
    private func writers(_ server: TestServer) throws -> ManyConnections {
        let writers = try ManyConnections(Self.count, port: server.port)
        writers.send(Self.post)
        return writers
    }

    private func stored(_ server: TestServer) throws -> StoredRecipes {
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        return StoredRecipes(server.folder + "/recipes.db")
    }

    @Test func aThousandWritesThatWaitHoldUpNoRead() throws {
        let server = try server(busyTimeout: "20s")
        let lock = try ForeignLock(server.folder + "/recipes.db")
        let writers = try writers(server)
        let client = try server.client()
        for _ in 0..<70 {
            for target in ["/api/v1/recipes/1", "/api/v1/recipes/search/?keyword=chicken", "/"] {
                #expect(try client.ask(target).status == 200)
            }
        }
        #expect(try server.ask("/health/ready").status == 200)
        var hasRead = false
        try writers.read(until: { _ in hasRead }, round: { hasRead = true })
        #expect(writers.answered == 0)
        try lock.release()
        try writers.read(until: { $0.answered == Self.count })
        #expect(writers.texts.allSatisfy { $0.hasPrefix("HTTP/1.1 201 ") })
        let ids = Set(writers.texts.compactMap { $0.firstMatch(of: /"id":(\d+)/).flatMap { Int($0.1) } })
        let stored = try stored(server)
        #expect(ids == Set(stored.ids["Ramen"] ?? []))
        #expect(ids.count == Self.count)
        #expect(stored.damage == [])
    }

    @Test func aWriteThatHasWaitedForTheBusyTimeoutIsRefusedAndNotStored() throws {
        let server = try server(busyTimeout: "1s")
        let lock = try ForeignLock(server.folder + "/recipes.db")
        let writers = try writers(server)
        try writers.read(until: { $0.answered == Self.count })
        let refused = writers.texts.count {
            $0.hasPrefix("HTTP/1.1 503 ") && $0.lowercased().contains("\r\nretry-after: ")
        }
        #expect(refused == Self.count)
        #expect(try server.ask("/health/ready").status == 200, "a locked database is in order")
        try lock.release()
        let after = RecipeWriters(server.address, count: 1, each: 1).finish()
        #expect(after.created.count == 1)
        let stored = try stored(server)
        #expect(stored.ids["Ramen"] == nil)
        #expect(stored.damage == [])
    }

    @Test func aLockThatComesAndGoesNeverGivesBothAnswers() throws {
        let server = try server(busyTimeout: "100ms")
        var random = SeededGenerator(seed: 1)
        let writers = RecipeWriters(server.address, count: 40)
        let lock = try ForeignLock(server.folder + "/recipes.db")
        for _ in 0..<20 {
            // Around the timeout, so that writes are refused and committed at the same time.
            usleep(.random(in: 50_000...150_000, using: &random))
            try lock.release()
            try writers.waitForMore(201, than: 1)
            try lock.take()
        }
        try lock.release()
        let outcome = writers.stop()
        print(outcome.summary)
        #expect(outcome.unexpected == [])
        #expect(outcome.unanswered == [])
        #expect(outcome.refused.values.contains(503))
        #expect(outcome.contradictions(with: try stored(server)) == [])
    }

    @Test func aLockThatIsNeverReleasedKeepsNoServerFromStopping() throws {
        let server = try server(busyTimeout: "20s")
        let lock = try ForeignLock(server.folder + "/recipes.db")
        let client = try server.client()
        try client.send(raw: Self.post)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        server.master.signal(SIGQUIT)
        #expect(try server.master.waitForExit() == 0)
        try lock.release()
        #expect(StoredRecipes(server.folder + "/recipes.db").ids["Ramen"] == nil)
    }
}
