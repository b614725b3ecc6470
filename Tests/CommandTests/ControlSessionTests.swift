import Testing

@testable import BrigadeCommand

@Suite struct ControlSessionTests {
    private let now = Duration.seconds(100)

    @Test func aLineIsARequestHoweverItArrives() {
        var session = ControlSession(at: now)
        #expect(session.receive(Array("sca".utf8), at: now) == .wait)
        #expect(session.receive(Array("le 4\nmore".utf8), at: now) == .perform(.scale(4)))
        #expect(session.deadline == nil)
        #expect(session.isWaiting)
    }

    @Test(arguments: [
        "status", "status json", "reload", "reload wait", "stop", "stop wait", "scale 12",
        "inflight 50", "inflight 50 json", "drain 3", "drain 3 wait", "log-level debug", "stacks 2", "stacks 2 json",
    ])
    func whatACommandSendsIsUnderstood(line: String) {
        #expect(ControlRequest(line: line)?.line == line)
    }

    @Test(arguments: [
        "", "scale", "scale x", "restart", "status xml", "GET / HTTP/1.1", "status 3", "drain", "drain x", "log-level",
        "log-level loud", "log-level debug now", "stacks 1 2", "inflight json", "7",
    ])
    func anUnknownRequestIsRefusedWithAdvice(line: String) {
        var session = ControlSession(at: now)
        #expect(session.receive(Array("\(line)\n".utf8), at: now) == .refused)
        #expect(String(decoding: session.output, as: UTF8.self).hasPrefix("failed\n"))
    }

    @Test func whoeverSendsWithoutEndIsRefusedAndCostsNoMemory() {
        var session = ControlSession(at: now)
        #expect(session.receive([UInt8](repeating: 65, count: 100_000), at: now) == .refused)
        #expect(session.receive([UInt8](repeating: 65, count: 100_000), at: now) == .wait)
    }

    @Test func aClientThatStallsTimesOut() {
        var session = ControlSession(at: now)
        #expect(session.deadline == now + ControlSession.timeout)
        _ = session.receive(Array("status\n".utf8), at: now)
        session.answer(.success("well"), at: now + .seconds(60))
        #expect(session.deadline == now + .seconds(60) + ControlSession.timeout)
        #expect(!session.isOver)
        session.sent(session.output.count)
        #expect(session.isOver)
    }

    @Test func aReplyIsWholeOrNone() {
        #expect(ControlReply(message: ControlReply.failure("no\nreally").message) == .failure("no\nreally\n"))
        #expect(ControlReply(message: "ok\nhalf a li") == nil)
        #expect(ControlReply(message: "") == nil)
    }
}
