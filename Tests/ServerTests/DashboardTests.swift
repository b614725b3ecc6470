import Foundation
import Testing

/// The page on the metrics address, and what it draws.
@Suite(.serialized) struct DashboardTests {
    private struct Data: Decodable {
        struct Samples: Decodable {
            let end: [Double]
            let successes: [UInt64]
            let ready_workers: [Int]
            let workers_memory: [Int]

            enum CodingKeys: String, CodingKey {
                case end, ready_workers, workers_memory
                case successes = "2xx"
            }
        }

        struct Event: Decodable {
            let time: Double
            let level: String
            let kind: String
            let text: String
            let worker: Int?
        }

        struct WorkerRow: Decodable {
            let pid: Int32
            let state: String
        }

        struct Route: Decodable {
            let method: String
            let route: String
            let responses: UInt64
        }

        let time: Double
        let pid: Int32
        let state: String
        let ready_workers: Int
        let lost_workers: Int
        let samples: Samples
        let events: [Event]
        let workers: [WorkerRow]
        let routes: [Route]
    }

    private let server: TestServer
    private let address: Client.Address

    init() throws {
        let port = try Machine.freePort()
        server = try TestServer(faulty: 2, flags: ["--metrics-bind", "127.0.0.1:\(port)"])
        address = .tcp(port: port)
    }

    private func data() throws -> Data {
        try JSONDecoder().decode(Data.self, from: Foundation.Data(try Client(address).ask("/data.json").body.utf8))
    }

    private func data(with what: String, until isThere: (Data) -> Bool) throws -> Data {
        var last = try data()
        try Machine.wait(for: what) {
            if let next = try? data() { last = next }
            return isThere(last)
        }
        return last
    }

    @Test func thePageRunsNothingButItsOwnScript() throws {
        var nonces: Set<String> = []
        for _ in 0..<3 {
            let page = try Client(address).ask("/")
            #expect(page.status == 200 && page["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(page["content-security-policy"])
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([0-9a-f]{32})';/)?.1)
            #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe"))
            #expect(page.body.matches(of: /<(?:script|style)\b/).count == 2)
            #expect(page.body.components(separatedBy: "nonce=\"\(nonce)\">").count == 3)
            #expect(!page.body.contains("{{"))
            nonces.insert(String(nonce))
        }
        #expect(nonces.count == 3)
        #expect(try Client(address).ask("HEAD", "/").body.isEmpty)
        #expect(try Client(address).ask("POST", "/data.json").status == 405)
        #expect(try server.ask("/data.json").status == 404, "clients of the API cannot read it")
    }

    @Test func aCrashIsInThePictureAndAnUpgradeKeepsIt() throws {
        for _ in 0..<40 { #expect(try server.ask("/hello").status == 200) }
        let first = try data(with: "a sample of the requests") { $0.samples.successes.reduce(0, +) == 40 }
        #expect(first.state == "serving" && first.ready_workers == 2 && first.lost_workers == 0)
        #expect(first.samples.ready_workers.last == 2 && first.samples.workers_memory.allSatisfy { $0 > 1 << 20 })
        #expect(first.routes.contains { $0.method == "GET" && $0.responses == 40 })
        #expect(Set(first.workers.map(\.pid)) == Set(server.workers))

        kill(first.workers[0].pid, SIGKILL)
        let crashed = try data(with: "the crash") { data in
            data.ready_workers == 2 && data.events.contains { $0.kind == "worker lost" }
        }
        let loss = try #require(crashed.events.first { $0.kind == "worker lost" })
        #expect(loss.level == "error" && loss.text.contains("killed by SIGKILL") && loss.worker != nil)
        #expect(loss.time > first.time && loss.time <= crashed.time && crashed.lost_workers == 1)

        let mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload complete", from: mark)
        let upgraded = try data()
        #expect(upgraded.pid == crashed.pid && upgraded.events.contains { $0.text == loss.text })
        #expect(upgraded.events.contains { $0.kind == "upgrade" })
        // The same moments: the clock of the machine may have been set a little meanwhile.
        for (one, other) in zip(upgraded.samples.end, crashed.samples.end) { #expect(abs(one - other) < 1) }
        #expect(upgraded.samples.successes.reduce(0, +) == 40)
    }
}
