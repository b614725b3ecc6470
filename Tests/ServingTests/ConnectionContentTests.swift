import Messages
import Testing

@testable import Serving

/// Content of requests that is read piece by piece.
@Suite struct ConnectionContentTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private func head(_ fields: String) -> String { "POST /up HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

    private func bench(limits: RequestLimits = RequestLimits(), limit: Int? = nil) -> ConnectionBench {
        let bench = ConnectionBench(limits: limits)
        bench.answersAtOnce = false
        bench.mode = { $0.method == .post ? .stream(limit: limit) : .whole }
        return bench
    }

    @Test func theHandlerIsCalledWhenTheHeadIsThere() {
        let bench = bench()
        bench.send(head("Content-Length: 9\r\n"))
        #expect(bench.waiting[1]?.method == .post)
        bench.ask(1)
        #expect(bench.delivered == [])
        bench.send("abc")
        #expect(bench.delivered == ["abc"])
        bench.send("def")
        #expect(bench.delivered == ["abc"])
        bench.ask(1)
        bench.ask(1)
        bench.send("ghi" + get)
        bench.ask(1)
        #expect(bench.delivered == ["abc", "def", "ghi", "end"])
        #expect(bench.waiting.count == 1)
        bench.answer(1, Response(.created))
        bench.answer(2, Response(.ok))
        #expect(bench.take() == "201 | 200")
    }

    @Test func chunksAreDecoded() {
        let bench = bench()
        bench.send(head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n2\r\nde\r\n1\r")
        bench.ask(1)
        bench.ask(1)
        bench.send("\nf\r\n0\r\n")
        bench.ask(1)
        bench.send("A: b\r\n\r\n" + get)
        #expect(bench.delivered == ["abcde", "f", "end"])
        bench.answer(1, Response(.ok))
        #expect(bench.waiting.keys.sorted() == [2])
    }

    @Test func oneBufferIsReadAheadOfTheHandler() {
        let bench = bench()
        bench.send(head("Content-Length: 1000000\r\n"))
        #expect(bench.wantsInput)
        bench.send(String(repeating: "x", count: Connection.maxUnread))
        #expect(!bench.wantsInput)
        bench.ask(1)
        #expect(bench.delivered.count == 1 && bench.wantsInput)
    }

    @Test func continueIsSentWhenTheHandlerReads() {
        let bench = bench()
        bench.send(head("Content-Length: 1\r\nExpect: 100-continue\r\n"))
        #expect(bench.take() == "")
        bench.ask(1)
        #expect(bench.take() == "100")
        bench.send("x")
        bench.ask(1)
        #expect(bench.delivered == ["x", "end"] && bench.take() == "")
    }

    @Test func aClientWithoutContinueIsToldToClose() {
        let bench = bench()
        bench.send(head("Content-Length: 1\r\nExpect: 100-continue\r\n"))
        bench.answer(1, Response(.notFound))
        #expect(bench.take() == "404 closes")
        #expect(bench.isHalfClosed && !bench.isClosed && bench.delivered == ["closed"])
    }

    @Test func anEarlyResponseIsTheLastUnlessTheContentIsComplete() {
        let early = bench()
        early.send(head("Content-Length: 9\r\n") + "abc")
        early.answer(1, Response(.ok))
        #expect(early.take() == "200 closes" && early.isHalfClosed)
        early.send("defghi" + get)
        #expect(early.waiting.isEmpty)
        let late = bench()
        late.send(head("Content-Length: 9\r\n") + "abcdefghi" + get)
        late.answer(1, Response(.ok))
        #expect(late.take() == "200" && late.delivered == ["closed"])
        #expect(late.waiting.keys.sorted() == [2])
    }

    @Test func aLengthBeyondTheLimitIsRejectedBeforeTheHandlerRuns() {
        let bench = bench(limit: 10)
        bench.send(head("Content-Length: 11\r\n"))
        #expect(bench.waiting.isEmpty)
        #expect(bench.take() == #"413 {"detail":"Content too large: at most 10 bytes"} closes"#)
    }

    @Test func theServersLimitIsTheDefault() {
        let bench = bench(limits: RequestLimits(body: 10))
        bench.send(head("Content-Length: 11\r\n"))
        #expect(bench.take().hasPrefix("413"))
        let larger = ConnectionBench(limits: RequestLimits(body: 10))
        larger.mode = { _ in .stream(limit: 11) }
        larger.send(head("Content-Length: 11\r\n"))
        #expect(larger.take().hasPrefix("200"))
    }

    @Test(arguments: [("8\r\n12345678\r\n3\r\nabc\r\n", "413"), ("3\r\nabcde", "400"), ("x\r\n", "400")])
    func invalidChunksEndTheStream(chunks: String, status: String) {
        let bench = bench(limit: 10)
        bench.send(head("Transfer-Encoding: chunked\r\n"))
        bench.ask(1)
        bench.send(chunks)
        #expect(bench.delivered.last == status)
        bench.answer(1, Response(.badRequest))
        #expect(bench.take() == "400 closes" && bench.isHalfClosed)
    }

    @Test func aStalledClientTimesOutOnlyWhileItIsWaitedFor() {
        let bench = bench()
        bench.send(head("Content-Length: 9\r\n") + "abc")
        bench.ask(1)
        #expect(bench.delivered == ["abc"] && bench.deadline == nil)
        bench.wait(1000)
        bench.ask(1)
        bench.wait(29.9)
        #expect(bench.delivered == ["abc"])
        bench.wait(0.1)
        #expect(bench.delivered == ["abc", "408"])
        bench.answer(1, Response(.requestTimeout))
        #expect(bench.take() == "408 closes")
    }

    @Test func theHandlerHearsAnEarlyEnd() {
        let bench = bench()
        bench.send(head("Content-Length: 9\r\n") + "abc")
        bench.end()
        bench.ask(1)
        bench.ask(1)
        #expect(bench.delivered == ["abc", "400"])
        bench.answer(1, Response(.badRequest))
        #expect(bench.take() == "400 closes" && bench.isClosed)
    }

    @Test func aStreamedRequestWaitsForTheResponsesBeforeIt() {
        let bench = bench()
        bench.send(get + head("Content-Length: 3\r\n") + "abc" + get)
        #expect(bench.waiting.keys.sorted() == [1])
        bench.answer(1, Response(.ok))
        #expect(bench.waiting.keys.sorted() == [2])
        bench.ask(2)
        bench.ask(2)
        #expect(bench.delivered == ["abc", "end"])
    }

    @Test func aRequestDeadlineEndsTheReading() {
        let bench = ConnectionBench(requestTimeout: 3)
        bench.answersAtOnce = false
        bench.mode = { _ in .stream() }
        bench.send(head("Content-Length: 9\r\n"))
        bench.ask(1)
        bench.wait(3)
        #expect(bench.givenUp == [1] && bench.delivered == ["closed"])
        #expect(bench.take().hasPrefix("503") && bench.isHalfClosed)
    }

    @Test func aRequestThatClosesIsStillReadToItsEnd() {
        let bench = bench()
        bench.send(head("Content-Length: 6\r\nConnection: close\r\n"))
        bench.ask(1)
        bench.send("abc")
        bench.ask(1)
        #expect(bench.wantsInput)
        bench.send("def")
        bench.ask(1)
        #expect(bench.delivered == ["abc", "def", "end"])
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "200 closes" && bench.isHalfClosed)
    }
}
