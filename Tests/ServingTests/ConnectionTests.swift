import Messages
import Testing

@testable import Serving

@Suite struct ConnectionTests {
    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test func aConnectionStaysForTheNextRequest() {
        let bench = ConnectionBench()
        bench.send(get("/1"))
        #expect(bench.take() == "200 /1")
        bench.send(get("/2"))
        #expect(bench.take() == "200 /2")
        #expect(!bench.isHalfClosed)
    }

    @Test func closeIsAnsweredWithCloseAndAHalfClose() {
        let bench = ConnectionBench()
        bench.send(get("/1", "Connection: close\r\n") + get("/2"))
        #expect(bench.take() == "200 /1 closes")
        #expect(bench.isHalfClosed && !bench.isClosed)
        bench.end()
        #expect(bench.isClosed)
    }

    @Test func anHTTP10ClientIsToldWhetherTheConnectionStays() {
        let bench = ConnectionBench()
        bench.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(bench.received.contains("\r\nconnection: keep-alive\r\n"))
        bench.send("GET / HTTP/1.0\r\n\r\n")
        #expect(bench.received.contains("\r\nconnection: close\r\n"))
        #expect(bench.isHalfClosed)
    }

    @Test func responsesAreSentInTheOrderOfTheRequests() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/1") + get("/2") + get("/3"))
        bench.answer(3, Response(.ok, body: Array("c".utf8)))
        bench.answer(2, Response(.notFound, body: Array("b".utf8)))
        #expect(bench.take() == "")
        bench.answer(1, Response(.ok, body: Array("a".utf8)))
        #expect(bench.take() == "200 a | 404 b | 200 c")
    }

    @Test func noMoreIsReadWhileSixteenRequestsWait() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send((1...20).map { get("/\($0)") }.joined())
        #expect(bench.waiting.count == 16)
        #expect(!bench.wantsInput)
        bench.answer(1, Response(.ok))
        #expect(bench.waiting.keys.max() == 17)
    }

    @Test func aRejectionNamesTheLimitAndItsSetting() {
        let limits = RequestLimits(requestLine: 300, fieldLine: 1 << 10, fieldLines: 3, head: 2000, body: 16 << 20)
        let long = String(repeating: "a", count: 1000)
        let cases = [
            (get("/" + long), "414", "Request line too long: at most 300 bytes (--limit-request-line)"),
            (
                get("/", "X: a\(long)aaaaaaaaaaaaaaaaaaaaaaaa\r\n"), "431",
                "Header field too large: at most 1 KiB (--limit-request-field-size)"
            ),
            (get("/", "X: 1\r\nX: 2\r\nX: 3\r\n"), "431", "Too many header fields: at most 3 (--limit-request-fields)"),
            (
                get("/", "X: \(long)\r\nX: \(long)\r\n"), "431",
                "Header section too large: at most 2000 bytes (--limit-request-head)"
            ),
            (get("/", "Content-Length: 16777217\r\n"), "413", "Content too large: at most 16 MiB (--max-body)"),
            (get("/", "X\r\n"), "400", "Malformed header field name"),
        ]
        for (text, status, detail) in cases {
            let bench = ConnectionBench(limits: limits)
            bench.send(text)
            #expect(bench.take() == #"\#(status) {"detail":"\#(detail)"} closes"#)
            #expect(bench.rejections == [detail])
        }
    }

    @Test func aTurnBeginsALimitedNumberOfRequests() {
        let bench = ConnectionBench()
        bench.send((1...50).map { get("/\($0)") }.joined())
        #expect(bench.turns == 3)
        #expect(bench.take() == (1...50).map { "200 /\($0)" }.joined(separator: " | "))
        // As many as a turn has are one turn.
        bench.send((1...16).map { get("/\($0)") }.joined())
        #expect(bench.turns == 3)
    }

    @Test func aTurnIsLimitedInTime() {
        var turn = TurnBudget(TurnBudget.usual, at: 1000)
        turn.spend()
        #expect(!turn.isOver(at: 1000 + TurnBudget.maxDuration - 1))
        #expect(turn.isOver(at: 1000 + TurnBudget.maxDuration))
        #expect(TurnBudget(0, at: 1000).isOver(at: 1000))
    }

    @Test func withoutATurnNoRequestBeginsButResponsesAreSent() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/1"))
        bench.requestsOfATurn = 0
        bench.isAlone = false
        bench.send(get("/2"))
        #expect(bench.waiting.count == 1 && bench.turns == 1)
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "200" && bench.waiting.isEmpty)
        bench.requestsOfATurn = 1
        bench.send("")
        #expect(bench.waiting.keys.sorted() == [2])
    }

    @Test func aClientThatDoesNotReadStopsTheWork() {
        let bench = ConnectionBench()
        bench.clientReads = false
        let path = "/" + String(repeating: "a", count: 8000)
        for _ in 0..<40 { bench.send(get(path)) }
        #expect(!bench.wantsInput)
        #expect(bench.pending < Connection.maxOutput + 10_000)
        bench.wait(31)
        #expect(bench.isClosed)
    }

    @Test func sentBytesTakeNoRoomThoughMoreAlwaysWait() {
        let bench = ConnectionBench()
        bench.clientReads = false
        let path = "/" + String(repeating: "a", count: 8000)
        for _ in 0..<500 {
            bench.send(get(path))
            // The client takes most of what there is, never all of it.
            let pending = bench.pending
            if pending > 100 { bench.read(pending - 100) }
        }
        #expect(bench.countAnswers() == 500)
        #expect(bench.capacity <= 2 * Connection.maxOutput)
    }

    @Test func requestsAfterAnUnsafeOneWaitForItsResponse() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        let post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        bench.send(get("/1") + get("/2") + post + get("/3"))
        #expect(bench.waiting.keys.sorted() == [1, 2])
        bench.answer(1, Response(.ok))
        #expect(bench.waiting.keys.sorted() == [2])
        bench.answer(2, Response(.ok))
        #expect(bench.waiting.keys.sorted() == [3])
        #expect(bench.waiting[3]?.method == .post)
        bench.answer(3, Response(.created))
        #expect(bench.waiting.keys.sorted() == [4])
        bench.answer(4, Response(.ok))
        #expect(bench.take() == "200 | 200 | 201 | 200")
    }

    @Test func aDrainKeepsADeferredRequest() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/1") + "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        bench.drain()
        bench.answer(1, Response(.ok))
        bench.answer(2, Response(.created))
        #expect(bench.take() == "200 | 201 closes")
    }

    @Test func headHasTheFieldsOfGetAndNoContent() {
        let bench = ConnectionBench()
        bench.send("HEAD /12345 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(bench.received.contains("\r\ncontent-length: 6\r\n"))
        #expect(bench.received.hasSuffix("\r\n\r\n"))
    }

    @Test func aRejectedHEADHasNoContent() {
        let bench = ConnectionBench()
        bench.send("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        #expect(bench.received.hasPrefix("HTTP/1.1 400 ") && bench.received.hasSuffix("\r\n\r\n"))
    }

    @Test func serverFieldsAreSentOnce() {
        for isTimed in [false, true] {
            let bench = ConnectionBench(isTimed: isTimed)
            bench.answersAtOnce = false
            bench.send(get("/"))
            bench.wait(0.25)
            bench.answer(
                1, Response(.ok, fields: [Field("content-length", "9"), Field("Server", "x"), Field("A", "b")]))
            #expect(
                bench.received == """
                    HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\
                    \(isTimed ? "x-process-time: 0.250000000\r\n" : "")server: x\r\na: b\r\ncontent-length: 0\r\n\r\n
                    """)
        }
    }

    @Test(arguments: [204, 304])
    func aResponseWithoutContentHasNoLength(code: Int) {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/"))
        bench.answer(1, Response(Status(code, "x"), body: [65]))
        #expect(!bench.received.contains("content-length"))
        #expect(bench.received.hasSuffix("\r\n\r\n"))
    }

    @Test func aRejectionFollowsTheResponsesBeforeIt() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/1") + "nonsense\r\n\r\n")
        #expect(bench.take() == "")
        bench.answer(1, Response(.ok))
        #expect(bench.take() == #"200 | 400 {"detail":"Malformed request line"} closes"#)
        #expect(bench.isHalfClosed)
    }

    @Test func continueIsSentOnlyToAClientThatWaitsForIt() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
        let patient = ConnectionBench()
        patient.send(head)
        #expect(patient.received == "HTTP/1.1 100 Continue\r\n\r\n")
        patient.send("x")
        #expect(patient.take() == "100 | 200 /")
        let hasty = ConnectionBench()
        hasty.send(head + "x")
        #expect(hasty.take() == "200 /")
    }

    @Test func aBodyTooLargeIsRejectedBeforeItIsSent() {
        let bench = ConnectionBench(limits: RequestLimits(body: 10))
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        #expect(bench.take() == #"413 {"detail":"Content too large: at most 10 bytes (--max-body)"} closes"#)
    }

    @Test func aHalfClosedClientStillGetsItsResponse() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get("/"))
        bench.end()
        #expect(!bench.isClosed)
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "200")
        #expect(bench.isClosed)
    }

    @Test func anEndInTheMiddleOfARequestIsRejected() {
        let bench = ConnectionBench()
        bench.send("GET / HT")
        bench.end()
        #expect(bench.take() == #"400 {"detail":"Request not complete"} closes"#)
        #expect(bench.isClosed)
    }

    @Test func aBrokenSocketIsClosedOnce() {
        var connection = Connection(limits: RequestLimits(), timeouts: ConnectionTimeouts(), at: 0)
        let time = LoopTime(nanoseconds: 0)
        connection.fail(at: 0)
        guard case .close = connection.next(at: time) else {
            Issue.record("not closed")
            return
        }
        connection.fail(at: 0)
        #expect(connection.next(at: time) == nil)
    }
}
