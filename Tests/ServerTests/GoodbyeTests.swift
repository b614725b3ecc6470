import Foundation
import Testing

/// What a client and a load balancer see of limits and of a stop.
@Suite(.serialized) struct GoodbyeTests {
    @Test func aRequestThatTakesTooLongIsAnsweredAndTheWorkerGoesOn() throws {
        let server = try Server(faulty: 1, flags: ["--request-timeout", "300ms"])
        let before = server.workers
        #expect(try server.ask("/sleep?ms=60000").status == 503)
        #expect(try server.ask("/nap?ms=1500").status == 503)
        #expect(try server.ask("/hello").body == "hello")
        #expect(server.workers == before)
    }

    @Test func readinessIsOffForTheShutdownDelayAndEverybodyIsServedMeanwhile() throws {
        let server = try Server(faulty: 2, flags: ["--shutdown-delay", "2s"])
        #expect(try server.ask("/health/ready").status == 200)
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        let began = ContinuousClock.now
        server.master.signal(SIGTERM)
        try server.master.waitFor("shutdown-delay")
        // Each worker hears of it in its own time.
        var answers: [Int] = []
        while answers.suffix(8).filter({ $0 == 503 }).count < 8, ContinuousClock.now - began < .seconds(2) {
            answers.append(try server.ask("/health/ready").status)
        }
        #expect(answers.suffix(8).allSatisfy { $0 == 503 }, "\(answers)")
        try load.waitForMore(than: 20)
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        #expect(try server.master.waitForExit() == 0)
        #expect(ContinuousClock.now - began >= .seconds(2))
    }

    @Test func aPostThatIsOnItsWayWhenItsWorkerDrainsIsAnswered() throws {
        let server = try Server(faulty: 1)
        let client = try server.client()
        try client.send(raw: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 16384\r\n\r\nhalf")
        try server.waitForStatus("a connection") { $0.workers.map(\.connections).reduce(0, +) == 1 }
        let mark = server.master.mark
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete", from: mark)
        try client.send(raw: String(repeating: "x", count: 16380))
        let answer = try client.answer()
        #expect(answer.body == "16384")
        #expect(answer["connection"] == "close")
    }
}
