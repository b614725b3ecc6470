import Messages
import Testing

@testable import Serving

@Suite struct RequestTimeoutTests {
    private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private let late = #"503 {"detail":"Request not answered in time"}"#

    private func bench() -> ConnectionBench {
        let bench = ConnectionBench(requestTimeout: 3)
        bench.answersAtOnce = false
        return bench
    }

    @Test func aLateHandlerIsAnsweredForAndCancelled() {
        let bench = bench()
        bench.send(request)
        bench.wait(2.9)
        #expect(bench.take() == "" && bench.givenUp.isEmpty)
        bench.wait(0.1)
        #expect(bench.take() == "\(late) closes")
        #expect(bench.givenUp == [1] && bench.isHalfClosed)
    }

    @Test func aLateAnswerIsDropped() {
        let bench = bench()
        bench.send(request)
        bench.wait(3)
        _ = bench.take()
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "")
    }

    @Test func aHandlerThatIsInTimeKeepsTheConnection() {
        let bench = bench()
        for number in 1...3 {
            bench.send(request)
            bench.wait(2.9)
            bench.answer(number, Response(.ok))
            #expect(bench.take() == "200")
        }
        bench.wait(70)
        #expect(!bench.isHalfClosed && bench.givenUp.isEmpty)
    }

    @Test func eachPipelinedRequestHasItsOwnDeadline() {
        let bench = bench()
        bench.send(request)
        bench.wait(2)
        bench.send(request)
        bench.wait(1)
        #expect(bench.take() == late && bench.givenUp == [1])
        bench.wait(1)
        bench.answer(2, Response(.ok))
        #expect(bench.take() == "200 closes")
        #expect(bench.isHalfClosed)
    }

    @Test func aResponseThatWaitsIsSentAfterTheLateOne() {
        let bench = bench()
        bench.send(request + request + request)
        bench.answer(2, Response(.created))
        bench.wait(3)
        #expect(bench.take() == "\(late) | 201 | \(late) closes")
        #expect(bench.givenUp.sorted() == [1, 3])
    }

    @Test func aBodyBeyondTheRequestTimeoutIsRejected() {
        let bench = bench()
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        bench.wait(2)
        bench.send("abc")
        #expect(bench.deadline == bench.time.nanoseconds + ConnectionBench.second)
        bench.wait(1)
        #expect(bench.take() == #"408 {"detail":"Request content not complete in time"} closes"#)
    }

    @Test func aClientThatDoesNotReadDoesNotStopTheClock() {
        let bench = bench()
        bench.clientReads = false
        bench.send(request + request)
        bench.answer(1, Response(.ok))
        bench.wait(3)
        #expect(bench.givenUp == [2] && !bench.isClosed)
        // That there is more to read gives it no more time.
        bench.wait(26.9)
        #expect(!bench.isClosed)
        bench.wait(0.1)
        #expect(bench.isClosed)
    }

    @Test func withoutARequestTimeoutAHandlerHasNoDeadline() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(request)
        #expect(bench.deadline == nil)
    }
}
