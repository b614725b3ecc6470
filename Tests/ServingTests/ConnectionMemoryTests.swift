import Messages
import Testing

@testable import Serving

/// What one connection makes the server hold.
@Suite struct ConnectionMemoryTests {
    private func get(_ count: Int) -> String {
        String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: count)
    }

    private func answer(_ bytes: Int) -> Response { Response(.ok, body: Array(repeating: 120, count: bytes)) }

    private func post(_ length: Int) -> String { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" }

    /// The first of sixteen is not answered: what those behind it have got is held all the same.
    @Test func responsesThatWaitForTheirTurnCount() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get(40))
        #expect(bench.waiting.count == 16)
        bench.answer(2, answer(Connection.maxOutput))
        #expect(bench.heldBytes >= Connection.maxOutput)
        for number in 3...16 { bench.answer(number, answer(1)) }
        #expect(bench.waiting.keys.sorted() == [1], "no further one is begun")
        #expect(!bench.wantsInput)
        bench.answer(1, answer(1))
        #expect(!bench.waiting.isEmpty && bench.heldBytes < Connection.maxOutput)
    }

    @Test func largeResponsesAreMadeOneAfterAnother() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(get(1))
        bench.answer(1, answer(4 << 20))
        bench.send(get(20))
        #expect(bench.waiting.count == 1)
        bench.answer(2, answer(4 << 20))
        #expect(bench.waiting.count == 1)
        // And where they get small again, many at once.
        for number in 3...14 { bench.answer(number, answer(100)) }
        #expect(bench.waiting.count == 7)
    }

    @Test func onlyOneLargeResponseIsMadeForAClientThatReadsNothing() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.clientReads = false
        bench.send(get(1))
        bench.answer(1, answer(4 << 20))
        bench.send(get(19))
        #expect(bench.waiting.isEmpty && !bench.wantsInput)
        #expect(bench.heldBytes < 5 << 20)
        bench.read(bench.pending - Connection.maxOutput)
        #expect(bench.waiting.isEmpty)
        bench.read(1)
        #expect(bench.waiting.count == 1)
    }

    /// GETs may run side by side, and each may have content.
    @Test func contentCountsUntilItsRequestIsAnswered() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        let body = String(repeating: "x", count: 40_000)
        let request = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + body
        bench.send(request)
        #expect(bench.heldBytes == 40_000)
        bench.send(request)
        bench.send(request)
        #expect(bench.waiting.count == 2)
        #expect(bench.heldBytes >= 80_000 && !bench.wantsInput)
        bench.answer(1, answer(1))
        bench.answer(2, answer(1))
        #expect(bench.waiting.count == 1 && bench.heldBytes == 40_000)
        bench.answer(3, answer(1))
        #expect(bench.heldBytes == 0)
    }

    @Test func aRejectionReleasesTheMemoryOfTheRequest() {
        let bench = ConnectionBench()
        bench.clientReads = false
        bench.send(post(1 << 20) + String(repeating: "x", count: 1 << 19))
        #expect(bench.heldBytes >= 1 << 19)
        bench.wait(1000)
        #expect(bench.heldBytes < 1024)
    }

    @Test func aPausedClientIsNotReadAndDoesNotTimeOut() {
        let bench = ConnectionBench()
        bench.send(post(100_000))
        bench.send(String(repeating: "x", count: 80_000))
        bench.wait(29)
        bench.pauseReading()
        #expect(!bench.wantsInput)
        bench.wait(29)
        #expect(bench.take() == "")
        bench.resumeReading()
        #expect(bench.wantsInput)
        bench.wait(29)
        bench.send(String(repeating: "x", count: 20_000))
        #expect(bench.take() == "200 /")
    }

    @Test func aClientThatIsPausedTooLongGetsA503() {
        let bench = ConnectionBench()
        bench.send(post(100_000) + String(repeating: "x", count: 80_000))
        bench.pauseReading()
        bench.wait(30)
        #expect(bench.received.contains("\r\nretry-after: 1\r\n"))
        #expect(bench.take().hasPrefix("503 "))
        #expect(bench.heldBytes == 0)
        #expect(bench.isHalfClosed && bench.wantsInput, "what still comes is dropped")
    }

    @Test func bodyAndSendTimeoutsAreSettings() {
        let upload = ConnectionBench(times: ConnectionTimeouts(body: 5 * ConnectionBench.second))
        upload.send(post(10))
        upload.wait(5)
        #expect(upload.take().hasPrefix("408 "))
        let download = ConnectionBench(times: ConnectionTimeouts(send: 5 * ConnectionBench.second))
        download.clientReads = false
        download.send(get(1))
        download.wait(4.9)
        #expect(!download.isClosed)
        download.wait(0.1)
        #expect(download.isReset)
    }
}
