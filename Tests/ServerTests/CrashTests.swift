import Foundation
import Testing

/// Workers that die, and what is told of them.
@Suite(.serialized) struct CrashTests {
    @Test func aCrashIsOneRecordWithEachRequestThatWasInFlight() throws {
        let server = try TestServer(faulty: 1)
        let worker = server.workers[0]
        let waiting = try (1...3).map { number in
            let client = try server.client()
            #expect(try client.ask("/hello").status == 200)
            try client.send("GET", "/sleep/\(number)?ms=60000&secret=1")
            return client
        }
        try server.waitForStatus("3 requests in flight") { $0.workers.flatMap(\.inFlight).count == 3 }
        let mark = server.master.mark
        let culprit = try server.client()
        try culprit.send("POST", "/trap/now", body: "x")
        try server.master.waitFor("worker ready", from: mark)
        let log = server.master.said(from: mark)
        for target in ["GET /sleep/1", "GET /sleep/2", "GET /sleep/3", "POST /trap/now"] {
            let lines = server.master.lines(with: "in flight", "\(target),", "pid=\(worker)", from: mark)
            #expect(lines.count == 1, "\(target)")
        }
        #expect(!log.contains("secret"))
        let end = try #require(server.master.lines(with: "worker exited", from: mark).first)
        #expect(end.contains("killed by SIG") && end.contains("pid=\(worker)") && end.contains("requests=3"), "\(end)")
        for client in waiting + [culprit] { #expect(throws: (any Error).self) { try client.answer() } }
        #expect(try server.ask("/hello").status == 200)
    }

    @Test func aWorkerThatEndsInTheMiddleIsReplacedWhateverItsCode() throws {
        let server = try TestServer(faulty: 1)
        for code in [0, 1, 3, 4, 75] {
            let mark = server.master.mark
            let client = try server.client()
            try client.send("GET", "/exit/\(code)?code=\(code)")
            try server.master.waitFor("worker ready", from: mark)
            #expect(try server.ask("/hello").status == 200)
            #expect(server.master.said(from: mark).contains("worker exited"))
        }
    }

    @Test func theMastersOwnKillIsNotBlamedOnAnybodyElse() throws {
        let server = try TestServer(faulty: 1, flags: ["--worker-timeout", "2s"])
        kill(server.workers[0], SIGSTOP)
        try server.master.waitFor("worker exited")
        let end = try #require(server.master.lines(with: "worker exited").first)
        #expect(end.contains("this master killed it"))
        #expect(!end.contains("memory"))
    }
}
