import Contract
import Messages
import Testing

@testable import Serving

/// Content of answers that is made while it is sent.
@Suite struct ConnectionStreamTests {
    private struct Nothing: AsyncSequence, AsyncIteratorProtocol {
        func makeAsyncIterator() -> Nothing { self }
        mutating func next() async throws -> [UInt8]? { nil }
    }

    private func get(_ fields: String = "") -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

    private func bench() -> ConnectionBench {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        return bench
    }

    private func stream(_ length: Int? = nil) -> Response { Response(.ok, stream: Nothing(), length: length) }

    @Test func contentWithoutALengthIsChunked() {
        let bench = bench()
        bench.send(get())
        bench.answer(1, stream())
        #expect(bench.making == 1 && bench.received.contains("\r\ntransfer-encoding: chunked\r\n\r\n"))
        #expect(!bench.received.contains("content-length"))
        bench.make(1, "abc")
        bench.make(1, "")
        bench.make(1, String(repeating: "x", count: 26))
        bench.endContent(1)
        #expect(bench.take() == "200 3\nabc\n1a\n\(String(repeating: "x", count: 26))\n0\n\n")
        bench.send(get())
        bench.answer(2, Response(.ok))
        #expect(bench.take() == "200")
    }

    @Test func contentIsCutAtItsLength() {
        let bench = bench()
        bench.send(get() + get())
        bench.answer(1, stream(5))
        bench.answer(2, Response(.created))
        #expect(bench.received.contains("\r\ncontent-length: 5\r\n"))
        bench.make(1, "abc")
        #expect(bench.make(1, "defg"))
        #expect(bench.take() == "200 abcde | 201")
        #expect(!bench.make(1, "h"))
        #expect(bench.endContent(1) == 0 && bench.take() == "" && !bench.isClosed)
    }

    @Test func contentShorterThanItsLengthCutsTheConnection() {
        let bench = bench()
        bench.send(get())
        bench.answer(1, stream(5))
        bench.make(1, "abc")
        #expect(bench.endContent(1) == 2)
        #expect(bench.isReset && bench.countAnswers() == 1)
    }

    @Test func contentThatFailsCutsTheConnection() {
        let bench = bench()
        bench.send(get())
        bench.answer(1, stream())
        bench.make(1, "abc")
        bench.cutContent(1)
        #expect(bench.isReset && bench.take() == "200 3\nabc\n")
    }

    @Test func anHTTP10ClientSeesTheEndByTheClose() {
        let bench = bench()
        bench.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        bench.answer(1, stream())
        bench.make(1, "abc")
        #expect(!bench.isHalfClosed)
        bench.endContent(1)
        #expect(bench.take() == "200 abc closes" && bench.isHalfClosed && !bench.isReset)
    }

    @Test func headStartsNoProducer() {
        let bench = bench()
        bench.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get())
        bench.answer(1, stream(5))
        #expect(bench.making == nil && bench.received.contains("\r\ncontent-length: 5\r\n"))
        bench.answer(2, Response(.ok))
        #expect(bench.received.hasSuffix("\r\n\r\n") && bench.countAnswers() == 2)
    }

    @Test(arguments: [204, 304])
    func aStatusWithoutContentStartsNoProducer(code: Int) {
        let bench = bench()
        bench.send(get())
        bench.answer(1, Response(Status(code, "x"), stream: Nothing()))
        #expect(bench.making == nil && !bench.received.contains("transfer-encoding"))
        #expect(bench.countAnswers() == 1)
    }

    @Test func theProducerStartsWhenItsTurnComes() {
        let bench = bench()
        bench.send(get() + get() + get())
        bench.answer(2, stream())
        bench.answer(3, Response(.created))
        #expect(bench.making == nil)
        bench.answer(1, Response(.ok))
        #expect(bench.making == 2)
        bench.make(2, "abc")
        #expect(bench.countAnswers() == 1)
        bench.endContent(2)
        #expect(bench.take() == "200 | 200 3\nabc\n0\n\n | 201" && bench.countAnswers() == 2)
    }

    @Test func theProducerWaitsForAClientThatDoesNotRead() {
        let bench = bench()
        bench.send(get())
        bench.clientReads = false
        bench.answer(1, stream())
        let piece = String(repeating: "x", count: Connection.maxOutput)
        bench.make(1, piece)
        #expect(!bench.hasRoomForContent)
        bench.waitForRoom(1)
        #expect(!bench.hasBeenAsked)
        bench.read(1000)
        #expect(bench.hasBeenAsked)
    }

    @Test func aClientThatReadsTooSlowlyTimesOut() {
        let bench = bench()
        bench.send(get())
        bench.clientReads = false
        bench.answer(1, stream())
        bench.make(1, String(repeating: "x", count: 60000))
        for _ in 0..<29 {
            bench.wait(1)
            bench.read(239)
        }
        #expect(!bench.isClosed)
        bench.wait(1)
        #expect(bench.isClosed)
    }

    @Test func aSlowProducerIsNotTheClientsFault() {
        let bench = ConnectionBench(requestTimeout: 3)
        bench.answersAtOnce = false
        bench.send(get())
        bench.answer(1, stream())
        #expect(bench.deadline == nil)
        bench.wait(1000)
        bench.make(1, "abc")
        bench.endContent(1)
        #expect(bench.take() == "200 3\nabc\n0\n\n")
    }

    @Test func theLogHasTheWholeSizeAndTime() {
        let bench = ConnectionBench(accessLog: .combined)
        bench.answersAtOnce = false
        bench.send(get())
        bench.answer(1, stream())
        bench.make(1, "abc")
        bench.wait(2)
        bench.make(1, "de")
        #expect(bench.takeLog(peer: "") == "")
        bench.endContent(1)
        #expect(bench.takeLog(peer: "").hasSuffix("\"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 2.000000\n"))
    }

    @Test func aDrainLetsAStreamFinishAndAStopCutsIt() {
        let drained = bench()
        drained.send(get())
        drained.answer(1, stream())
        drained.drain()
        drained.wait(60)
        drained.make(1, "abc")
        drained.endContent(1)
        #expect(drained.take() == "200 3\nabc\n0\n\n" && !drained.isClosed)
        drained.wait(1)
        #expect(drained.isHalfClosed)
        let stopped = bench()
        stopped.send(get())
        stopped.answer(1, stream())
        stopped.make(1, "abc")
        stopped.stop()
        #expect(stopped.isReset)
    }

    @Test func aStopRejectsAStreamThatHasNotBegun() {
        let bench = bench()
        bench.send(get() + get())
        bench.answer(2, stream())
        bench.stop()
        let rejected = #"503 {"detail":"Service Unavailable"}"#
        #expect(bench.take() == "\(rejected) | \(rejected) closes" && bench.making == nil)
    }

    @Test func aRequestIsReadWhileItIsAnswered() {
        let bench = bench()
        bench.mode = { _ in .stream() }
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        bench.answer(1, stream())
        for piece in ["abc", "de"] {
            bench.ask(1)
            bench.send("\(piece.utf8.count)\r\n\(piece)\r\n")
            bench.make(1, piece)
        }
        bench.ask(1)
        bench.send("0\r\n\r\n" + get())
        bench.endContent(1)
        #expect(bench.delivered == ["abc", "de", "end"])
        #expect(bench.take() == "200 3\nabc\n2\nde\n0\n\n")
        #expect(bench.waiting.keys.contains(2))
    }

    @Test func aResponseThatEndsBeforeItsRequestEndsTheConnection() {
        let bench = bench()
        bench.mode = { _ in .stream() }
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        bench.answer(1, stream())
        bench.endContent(1)
        #expect(bench.take() == "200 0\n\n" && bench.isHalfClosed && bench.delivered == ["closed"])
    }
}
