import Testing

@testable import BrigadeCommand

@Suite struct HTTPSessionTests {
    private static let now = Duration.seconds(100)
    private static let request = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let page = HTTPAnswer(.ok, "words")

    private func session(_ text: String) -> HTTPSession {
        var session = HTTPSession(at: Self.now)
        session.receive(Array(text.utf8), at: Self.now)
        return session
    }

    private func head(_ session: HTTPSession) -> String { String(decoding: session.output, as: UTF8.self) }

    @Test func aRequestIsARequestHoweverItArrives() {
        var session = HTTPSession(at: Self.now)
        for byte in Self.request.utf8.dropLast() {
            session.receive([byte], at: Self.now)
            #expect(session.next(at: Self.now, time: 0) == nil)
        }
        session.receive([10], at: Self.now)
        #expect(session.next(at: Self.now, time: 0)?.path == "/metrics")
        #expect(session.deadline == nil && !session.readsInput, "it waits for the master")
    }

    @Test func aConnectionIsKeptForTheNextRequest() {
        var session = session(Self.request)
        #expect(session.next(at: Self.now, time: 0) != nil)
        session.answer(Self.page, at: Self.now, time: 784_111_777)
        let text = head(session)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
        #expect(text.contains("\r\nContent-Length: 6\r\n") && text.hasSuffix("\r\n\r\nwords\n"))
        #expect(!text.contains("Connection:"))
        #expect(session.deadline == Self.now + HTTPSession.answerTimeout)
        session.sent(10, at: Self.now)
        #expect(!session.readsInput)
        session.sent(session.output.count, at: Self.now)
        #expect(session.readsInput && session.isIdle && session.deadline == Self.now + HTTPSession.idleTimeout)
        session.receive(Array(Self.request.utf8), at: Self.now)
        #expect(session.next(at: Self.now, time: 0) != nil)
    }

    @Test func pipelinedRequestsAreAnsweredOneAfterTheOther() {
        var session = session(Self.request + Self.request + "GET /b")
        for _ in 0..<2 {
            #expect(session.hasUnreadInput)
            #expect(session.next(at: Self.now, time: 0)?.path == "/metrics")
            #expect(session.next(at: Self.now, time: 0) == nil, "the first answer comes first")
            session.answer(Self.page, at: Self.now, time: 0)
            session.sent(session.output.count, at: Self.now)
        }
        #expect(session.next(at: Self.now, time: 0) == nil)
        #expect(session.deadline == Self.now + HTTPSession.headTimeout)
        session.receive(Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8), at: Self.now)
        #expect(session.next(at: Self.now, time: 0)?.path == "/b")
    }

    @Test func aHeadRequestGetsTheFieldsOfItsContent() {
        var session = session("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = session.next(at: Self.now, time: 0)
        session.answer(Self.page, at: Self.now, time: 0)
        #expect(head(session).contains("Content-Length: 6\r\n") && head(session).hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "nonsense\n",
    ])
    func theLastAnswerSaysSoAndTheConnectionLingers(text: String) {
        var session = session(text + "more")
        _ = session.next(at: Self.now, time: 0)
        session.answer(Self.page, at: Self.now, time: 0)
        #expect(head(session).contains("\r\nConnection: close\r\n"))
        #expect(head(session).hasPrefix(text == "nonsense\n" ? "HTTP/1.1 400 " : "HTTP/1.1 200 "))
        session.sent(session.output.count, at: Self.now)
        #expect(session.isLingering && session.readsInput && session.deadline == Self.now + HTTPSession.lingerTimeout)
        session.receive(Array(Self.request.utf8), at: Self.now)
        #expect(session.next(at: Self.now, time: 0) == nil, "what follows is thrown away")
        session.inputEnded()
        #expect(session.isOver)
    }

    /// One byte now and then buys no time.
    @Test func aClientThatStallsTimesOut() {
        var session = HTTPSession(at: Self.now)
        #expect(session.deadline == Self.now + HTTPSession.headTimeout)
        session.receive(Array("GET".utf8), at: Self.now)
        _ = session.next(at: Self.now, time: 0)
        session.receive(Array(" ".utf8), at: Self.now + .seconds(4))
        #expect(session.deadline == Self.now + HTTPSession.headTimeout)
    }

    @Test func aClientThatClosesItsSideGetsItsAnswer() {
        var session = session(Self.request)
        session.inputEnded()
        #expect(!session.isOver)
        #expect(session.next(at: Self.now, time: 0) != nil)
        session.answer(Self.page, at: Self.now, time: 0)
        session.sent(session.output.count, at: Self.now)
        session.inputEnded()
        #expect(session.isOver)
    }
}
