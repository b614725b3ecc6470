import Foundation
import PostgresServer
import Synchronization
import Testing

/// The built server on a real PostgreSQL: faults of the database, and databases that it cannot use.
@Suite(.serialized) struct PostgresTests {
    private static let recipe = #"{"label":"Soup","source":"s","url":"https://e.com","submitter_id":1}"#

    private static func post(_ address: Client.Address) throws -> Client.Answer {
        try Client(address).ask(
            "POST", "/api/v1/recipes/", fields: ["Content-Type: application/json", "Connection: close"], body: recipe)
    }

    /// Asks until the answer has the status, and fails if one takes long.
    private func wait(for status: Int, at target: String, _ server: TestServer) throws {
        let end = ContinuousClock.now + ChildProcess.patience
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            let answer = try server.ask(target)
            #expect(ContinuousClock.now - start < .seconds(10), "\(target)")
            if answer.status == status { return }
            usleep(20_000)
        }
        Issue.record("\(target) never had the status \(status)")
    }

    @Test(arguments: [false, true])
    func aServerWithoutItsDatabaseSaysSoAndIsBackByItself(isKilled: Bool) throws {
        let database = try PostgresServer()
        let server = try TestServer(flags: ["--control", "control.sock"], environment: ["DATABASE_URL": database.url])
        try wait(for: 200, at: "/health/ready", server)
        #expect(try Self.post(server.address).status == 201)
        if isKilled { try database.kill() } else { try database.stop() }
        try wait(for: 503, at: "/health/ready", server)
        try wait(for: 503, at: "/api/v1/recipes/1", server)
        for target in ["/api/v1/recipes/1", "/api/v1/recipes/search/?keyword=soup", "/"] {
            let answer = try server.ask(target)
            #expect(answer.status == 503, "\(target)")
            #expect(answer["retry-after"] == "1", "\(target)")
        }
        let refused = try Self.post(server.address)
        #expect(refused.status == 503)
        #expect(refused["retry-after"] == "1")
        #expect(try server.ask("/health/live").status == 200)
        try server.master.waitFor("health problem: the database \(database.url) cannot be used: ")
        try database.start()
        try wait(for: 200, at: "/health/ready", server)
        try wait(for: 200, at: "/api/v1/recipes/1", server)
        #expect(try server.ask("/api/v1/recipes/search/?keyword=soup").body.contains("\"id\":4"))
        #expect(try Self.post(server.address).status == 201)
        try server.master.waitFor("health problem resolved")
        #expect(!server.master.output.contains("worker exited"))
    }

    /// Clients write while all processes of the database are killed again and again.
    @Test func whatWasAcknowledgedSurvivesTheDatabase() throws {
        let database = try PostgresServer()
        let server = try TestServer(environment: ["DATABASE_URL": database.url])
        let address = server.address
        let isOver = Mutex(false)
        let acknowledged = Mutex<[Int]>([])
        let threads = (0..<8).map { _ in
            let thread = Thread {
                while !isOver.withLock({ $0 }) {
                    guard let answer = try? Self.post(address), answer.status == 201,
                        let recipe = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any],
                        let id = recipe["id"] as? Int
                    else { continue }
                    acknowledged.withLock { $0.append(id) }
                }
            }
            thread.start()
            return thread
        }
        for round in 1...3 {
            while acknowledged.withLock({ $0.count }) < round * 50 { usleep(10_000) }
            try database.kill()
            try database.start()
        }
        let before = acknowledged.withLock { $0.count }
        while acknowledged.withLock({ $0.count }) < before + 50 { usleep(10_000) }
        isOver.withLock { $0 = true }
        while threads.contains(where: { !$0.isFinished }) { usleep(10_000) }
        let ids = acknowledged.withLock { $0 }
        #expect(Set(ids).count == ids.count)
        let stored = try database.execute("SELECT id FROM recipe").compactMap { $0[0].flatMap { Int($0) } }
        #expect(Set(stored).isSuperset(of: ids))
        #expect(Set(stored).count == stored.count)
        // What was sent when the database died may be stored without an acknowledgement, by at most all threads each time.
        #expect(stored.count <= ids.count + 3 + 3 * 8)
    }

    // MARK: Bad input

    private func prestart(_ url: String) throws -> (code: Int32, lines: [Substring]) {
        let worker = try ChildProcess(
            BuildProducts.worker, ["prestart"], environment: ["DATABASE_URL": url], folder: try TestServer.newFolder())
        let code = try worker.waitForExit()
        return (code, worker.lines(with: "critical"))
    }

    @Test func aDatabaseThatCannotBeUsedIsOneLineAndExitCode5() throws {
        let server = try PostgresServer()
        try server.execute("CREATE ROLE secured LOGIN PASSWORD 'right'")
        try server.execute("CREATE ROLE guest LOGIN")
        try server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        let (start, address) = ("postgresql://", "127.0.0.1:\(server.port)")
        for (url, words) in [
            (start + "secured:hunter2@\(address)/postgres", #"password authentication failed for user "secured""#),
            (start + "postgres:hunter2@\(address)/missing", #"database "missing" does not exist"#),
            (start + "nobody:hunter2@\(address)/postgres", #"role "nobody" does not exist"#),
            (start + "postgres:hunter2@\(address)/latin", "its encoding is LATIN1"),
            (start + "guest:hunter2@\(address)/postgres", "permission denied for schema public"),
        ] {
            let (code, lines) = try prestart(url)
            #expect(code == 5, "\(url)")
            #expect(lines.count == 1, "\(url)")
            #expect(lines.first?.contains(words) == true, "\(lines)")
            #expect(lines.first?.contains("hunter2") == false)
        }
    }

    @Test func anInvalidURLIsOneLineThatNamesTheSetting() throws {
        for (url, words) in [
            (
                "postgresql://u:hunter2@h/x?sslmod=require",
                #"DATABASE_URL: the PostgreSQL URL is invalid: invalid URI query"#
            ),
            ("postgresql://u:hunter2@h:port/x", "DATABASE_URL: the PostgreSQL URL is invalid: a port is not a number"),
            (
                "postgresql://u:hunter2%zz@h/x",
                "DATABASE_URL: the PostgreSQL URL is invalid: invalid percent-encoded token"
            ),
            ("mysql://u:hunter2@h/x", "DATABASE_URL: mysql is not a supported database"),
        ] {
            let (code, lines) = try prestart(url)
            #expect(code == 1, "\(url)")
            #expect(lines.count == 1, "\(url)")
            #expect(lines.first?.contains(words) == true, "\(lines)")
            #expect(lines.first?.contains("hunter2") == false)
        }
    }

    @Test func thePrestartWaitsForADatabaseThatIsNotThereYet() throws {
        let database = try PostgresServer()
        try database.stop()
        let worker = try ChildProcess(
            BuildProducts.worker, ["prestart"], environment: ["DATABASE_URL": database.url],
            folder: try TestServer.newFolder())
        try worker.waitFor("Connection refused")
        try database.start()
        #expect(try worker.waitForExit() == 0)
        #expect(worker.output.contains("the database is ready"))
    }
}
