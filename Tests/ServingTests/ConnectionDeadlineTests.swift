import Messages
import Testing

@testable import Serving

@Suite struct ConnectionDeadlineTests {
    private let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private let late = #"408 {"detail":"Request head not complete in time"} closes"#

    @Test func aHeadHasTenSecondsFromItsFirstByte() {
        let bench = ConnectionBench()
        bench.wait(5)
        bench.send("GET ")
        bench.wait(6)
        bench.send("/ HTTP")
        #expect(bench.take() == "")
        bench.wait(4)
        #expect(bench.take() == late)
        #expect(bench.isHalfClosed)
    }

    @Test func aConnectionWithoutARequestGetsA408() {
        let bench = ConnectionBench()
        bench.wait(9.9)
        #expect(bench.take() == "")
        bench.wait(0.1)
        #expect(bench.take() == late)
    }

    @Test func anIdleConnectionIsClosedWithoutAResponse() {
        let bench = ConnectionBench()
        bench.send(request)
        #expect(bench.take() == "200 /")
        bench.wait(74.9)
        #expect(!bench.isHalfClosed)
        bench.wait(0.1)
        #expect(bench.take() == "")
        #expect(bench.isClosed && !bench.isHalfClosed && !bench.isReset)
    }

    @Test func aBodyAtTheMinimumRateHasNoTimeLimit() {
        let bench = ConnectionBench()
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        for _ in 0..<8 {
            bench.send(String(repeating: "x", count: 30 * 240))
            bench.wait(29)
        }
        #expect(bench.take() == "")
        bench.wait(1)
        #expect(bench.take() == #"408 {"detail":"Request content not complete in time"} closes"#)
    }

    @Test func aTricklingBodyIsRejected() {
        let bench = ConnectionBench()
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        for _ in 0..<4 {
            bench.wait(7)
            bench.send(String(repeating: "x", count: 7 * 239))
        }
        bench.wait(1.9)
        #expect(bench.take() == "")
        bench.wait(0.1)
        #expect(bench.take() == #"408 {"detail":"Request content not complete in time"} closes"#)
    }

    @Test func aSlowHandlerIsNotTheClientsFault() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(request)
        #expect(bench.deadline == nil)
        bench.wait(1000)
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "200")
    }

    @Test func lingeringGoesOnWhileTheClientStillSendsButNotForEver() {
        let bench = ConnectionBench(limits: RequestLimits(body: 10))
        bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        #expect(bench.take().hasPrefix("413"))
        for _ in 0..<20 {
            bench.wait(1.4)
            bench.send("more of it")
        }
        #expect(!bench.isClosed)
        bench.wait(1.4)
        bench.send("more of it")
        bench.wait(0.7)
        #expect(bench.isClosed)
    }

    @Test func lingeringEndsAfterTwoSeconds() {
        let bench = ConnectionBench()
        bench.send("nonsense\r\n\r\n")
        bench.wait(1.9)
        #expect(bench.isHalfClosed && !bench.isClosed)
        bench.wait(0.1)
        #expect(bench.isClosed)
    }

    @Test func aDrainingConnectionMaySendOneMoreRequest() {
        let bench = ConnectionBench()
        bench.send(request)
        #expect(bench.take() == "200 /")
        bench.wait(20)
        bench.drain()
        bench.wait(0.9)
        #expect(!bench.isHalfClosed)
        bench.send(request)
        #expect(bench.take() == "200 / closes")
        #expect(bench.isHalfClosed)
    }

    @Test func anIdleDrainingConnectionClosesAfterASecond() {
        let bench = ConnectionBench()
        bench.send(request)
        bench.drain()
        bench.wait(1)
        #expect(bench.isHalfClosed)
    }

    @Test func whatHasArrivedIsServedBeforeADrainingConnectionCloses() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(request + request)
        bench.drain()
        bench.answer(1, Response(.ok))
        #expect(bench.take() == "200")
        bench.answer(2, Response(.created))
        #expect(bench.take() == "201 closes")
    }

    @Test func aStopRejectsUnansweredRequests() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send(request + request)
        bench.stop()
        let rejected = #"503 {"detail":"Service Unavailable"}"#
        #expect(bench.take() == "\(rejected) | \(rejected) closes")
        #expect(bench.isHalfClosed)
    }

    @Test func aStopSaysNothingOfARequestThatMayHaveChangedSomething() {
        let bench = ConnectionBench()
        bench.answersAtOnce = false
        bench.send("POST / HTTP/1.1\r\nHost: a\r\n\r\n" + request)
        bench.stop()
        #expect(bench.take() == "" && bench.isReset)
    }
}

extension ConnectionDeadlineTests {
    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// How long a drain waits for a client that says nothing: for its chance, and until its last answer is two seconds old.
    @Test(arguments: [(nil, 1.0), (0.0, 2.0), (0.5, 1.5), (60.0, 1.0)] as [(Double?, Double)])
    func aSilentClientDelaysADrainForABoundedTime(answered: Double?, delay: Double) {
        let bench = ConnectionBench()
        if let answered {
            bench.send(Self.request)
            bench.wait(answered)
        }
        bench.drain()
        let began = bench.time.nanoseconds
        while !bench.isClosed, let deadline = bench.deadline {
            bench.wait(Double(deadline - bench.time.nanoseconds) / 1e9)
        }
        #expect(abs(Double(bench.time.nanoseconds - began) / 1e9 - delay) < 0.001)
    }

    @Test func aTricklingHeadAfterAResponseHasTheUsualTime() {
        let bench = ConnectionBench()
        bench.send(Self.request + "GET ")
        bench.wait(9.9)
        bench.send("/")
        bench.wait(0.1)
        #expect(bench.take().hasSuffix(#"408 {"detail":"Request head not complete in time"} closes"#))
    }

    @Test func moreResponsesDoNotExtendTheTimeOfAClientThatReadsNothing() {
        let bench = ConnectionBench()
        bench.clientReads = false
        for _ in 0..<10 {
            bench.send(Self.request)
            bench.wait(3)
        }
        #expect(bench.isClosed)
    }
}
