import Foundation
import Testing

/// Logs for machines: each line is one object.
@Suite(.serialized) struct JSONLogTests {
    private typealias Line = [String: Any]

    private func objects(_ text: some StringProtocol) throws -> [Line] {
        try text.split(separator: "\n").map { line in
            let parsed = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? Line
            return try #require(parsed, "not an object: \(line)")
        }
    }

    private func messages(_ lines: [Line], of process: String) -> [String] {
        lines.filter { $0["brigade.process"] as? String == process }.compactMap { $0["message"] as? String }
    }

    @Test func eachLineOfAServerIsAnObject() throws {
        let server = try TestServer(
            faulty: 1, flags: ["--log-format", "json", "--access-log", "access.log"],
            environment: ["SWIFT_BACKTRACE": "enable=no"])
        let master = server.master.pid
        let worker = server.workers[0]
        #expect(try server.ask("/hello").status == 200)
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let client = try server.client()
        try client.send(
            "GET", "/sleep?ms=60000",
            fields: ["X-Request-ID: order-7", "traceparent: 00-\(trace)-00f067aa0ba902b7-01"])
        try server.waitForStatus("1 request in flight") { $0.workers.flatMap(\.inFlight).count == 1 }
        let mark = server.master.mark
        // A trap would also write words of Swift's runtime, which are no object.
        kill(worker, SIGSEGV)
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.command("reload", "--wait").code == 0)
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)

        let lines = try objects(server.master.said(from: 0))
        for line in lines {
            #expect(line["@timestamp"] is String && line["log.level"] is String && line["message"] is String)
            #expect(line["ecs.version"] is String && line["process.pid"] is Int)
        }
        #expect(messages(lines, of: "master").contains("stopped"))
        #expect(messages(lines, of: "worker").contains("drained"))
        let started = try #require(lines.first { $0["message"] as? String == "worker started" })
        #expect(started["process.pid"] as? Int == Int(master) && started["brigade.worker_pid"] as? Int == Int(worker))
        #expect(started["brigade.worker"] as? Int == 1 && started["brigade.generation"] as? Int == 1)
        // What the worker says as it crashes, and what the master says of it.
        let crash = lines.filter {
            $0["process.pid"] as? Int == Int(worker) && $0["log.level"] as? String == "critical"
        }
        #expect(crash.contains { ($0["message"] as? String)?.hasPrefix("thread ") == true }, "\(crash)")
        #expect(crash.allSatisfy { $0["brigade.worker"] as? Int == 1 })
        let inFlight = try #require(
            lines.first { ($0["message"] as? String)?.contains("in flight: GET /sleep") == true })
        #expect(inFlight["http.request.id"] as? String == "order-7" && inFlight["trace.id"] as? String == trace)

        let access = try objects(String(contentsOfFile: server.folder + "/access.log", encoding: .utf8))
        let hello = try #require(access.first { $0["url.original"] as? String == "/hello" })
        #expect(
            hello["http.response.status_code"] as? Int == 200 && hello["event.dataset"] as? String == "brigade.access")
        #expect(hello["source.ip"] as? String == "127.0.0.1" && (hello["http.request.id"] as? String)?.count == 16)
    }

    @Test func thePrestartAndTheErrorsOfAStartAreObjects() throws {
        let server = try TestServer(workers: 1, flags: ["--log-format", "json", "--control", "control.sock"])
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
        let lines = try objects(server.master.said(from: 0))
        #expect(!messages(lines, of: "prestart").isEmpty && messages(lines, of: "worker").contains("drained"))

        for (flags, environment) in [
            (["--bind", "nonsense", "--log-format", "json"], [:]), (["--bind", "nonsense"], ["LOG_FORMAT": "json"]),
            (["--unknown"], ["LOG_FORMAT": "json"]),
        ] as [([String], [String: String])] {
            let failed = try TestServer.start(in: server.folder, flags, environment)
            #expect(try failed.waitForExit() == 1)
            let lines = try objects(failed.said(from: 0))
            #expect(lines.count == 1 && lines[0]["log.level"] as? String == "error", "\(lines)")
            #expect(lines.first?["brigade.process"] as? String == "master")
        }
    }

    @Test func aReloadChangesTheFormat() throws {
        let folder = try TestServer.newFolder()
        let file = folder + "/b.env"
        try "LOG_FORMAT=text\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try TestServer(faulty: 1, flags: ["--env-file", "b.env"], folder: folder)
        #expect(server.master.said(from: 0).contains(" info master pid="))
        try "LOG_FORMAT=json\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try server.command("reload", "--wait").code == 0)
        try server.master.waitFor("worker exited: drained")
        try server.waitForStatus("settled") { $0.isSettled }
        try server.master.catchUp()
        let mark = server.master.mark
        #expect(try server.command("reload", "--wait").code == 0)
        try server.master.catchUp()
        let lines = try objects(server.master.said(from: mark))
        #expect(messages(lines, of: "master").contains { $0.hasSuffix("generation 3 serves") }, "\(lines)")
    }
}
