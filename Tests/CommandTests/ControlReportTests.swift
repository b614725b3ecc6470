import Contract
import Supervisor
import Testing

@testable import BrigadeCommand

/// What the control socket says of requests in flight, of stacks, and of requests per second.
@Suite struct ControlReportTests {
    private let id = Worker.ID(slot: 3, generation: 2, serial: 9)

    private func report(_ ages: [Int], limit: Int, unrecorded: Int = 0) -> InFlightReport {
        let entries = ages.map { age in
            InFlightReport.Entry(
                worker: id, pid: 71,
                request: InFlightRequest(
                    method: "GET", target: "/slow/\(age)", started: .seconds(100 - age), id: "id\(age)"))
        }
        return InFlightReport(entries, limit: limit, unrecorded: unrecorded, now: .seconds(100))
    }

    @Test func theOldestRequestsAreNamedAndTheOthersCounted() {
        let report = report([1, 30, 7], limit: 2, unrecorded: 4)
        #expect(
            report.text == """
                worker  gen  age      method  target    id
                3       2    30.00 s  GET     /slow/30  id30
                3       2    7.00 s   GET     /slow/7   id7
                and 5 more
                """)
        #expect(
            ReportJSON.text(report)
                == #"{"others":5,"requests":[{"age":30,"generation":2,"id":"id30","method":"GET","pid":71,"#
                + #""target":"/slow/30","trace":null,"worker":3},{"age":7,"generation":2,"id":"id7","method":"GET","#
                + #""pid":71,"target":"/slow/7","trace":null,"worker":3}]}"#)
        #expect(self.report([], limit: 9).text == "no requests in flight")
        #expect(self.report(Array(0..<5000), limit: .max).entries.count == InFlightReport.most)
    }

    // MARK: Stacks

    private func asked() -> StackReports {
        var reports = StackReports()
        let mustAsk = reports.add(id, pid: 71, for: 1, asJSON: false, at: .seconds(10))
        #expect(mustAsk)
        return reports
    }

    @Test func stacksComeInPartsAndGoToAllWhoHaveAsked() {
        var reports = asked()
        let mustAskAgain = reports.add(id, pid: 71, for: 2, asJSON: true, at: .seconds(11))
        #expect(!mustAskAgain, "it is sending already")
        #expect(reports.receive("thread 71 \"worker\":\n  0 ma", from: id).isEmpty)
        #expect(reports.receive("in\n  1 \u{1b}[2Jx\nthread 72: it blocks the signal\n", from: id).isEmpty)
        let answered = reports.receive("", from: id)
        #expect(answered.map(\.client) == [1, 2])
        #expect(
            answered[0].reply.text == """
                worker 3 of generation 2, pid 71
                thread 71 "worker":
                    0 main
                    1 \\u{1b}[2Jx
                thread 72: it blocks the signal
                """)
        #expect(
            answered[1].reply.text
                == #"{"complete":true,"generation":2,"pid":71,"threads":[{"frames":["0 main","1 \\u{1b}[2Jx"],"#
                + #""thread":"thread 71 \"worker\":"},{"frames":[],"thread":"thread 72: it blocks the signal"}],"worker":3}"#
        )
        #expect(reports.deadline == nil)
        #expect(reports.receive("more", from: id).isEmpty, "nobody has asked")
    }

    @Test func aWorkerThatSaysNothingIsNotWaitedFor() {
        var reports = asked()
        #expect(reports.deadline == .seconds(10) + StackReports.timeout)
        #expect(reports.expire(at: .seconds(11)) { _ in "T" }.isEmpty)
        let answered = reports.expire(at: .seconds(10) + StackReports.timeout) { $0 == 71 ? "T" : nil }
        #expect(answered.map(\.reply.isSuccess) == [false])
        #expect(answered[0].reply.text.contains("kill -CONT 71"))
    }

    @Test func whatHasComeInTimeIsShown() {
        var reports = asked()
        _ = reports.receive("thread 71 \"worker\":\n", from: id)
        let answered = reports.expire(at: .seconds(60)) { _ in "R" }
        #expect(answered[0].reply.isSuccess && answered[0].reply.text.hasSuffix("the rest has not come in time"))
    }

    @Test func aWorkerThatSendsWithoutEndFillsNoMemory() {
        var reports = asked()
        var answered: [StackReports.AddressedReply] = []
        for _ in 0..<1000 { answered += reports.receive(String(repeating: "x", count: 4096), from: id) }
        #expect(answered.count == 1)
        #expect(answered[0].reply.text.utf8.count < StackReports.mostBytes + 10_000)
    }

    @Test func theEndOfAWorkerIsAnAnswerToo() {
        var reports = asked()
        #expect(reports.exited(id).map(\.reply.isSuccess) == [false])
        reports = asked()
        reports.remove(1)
        #expect(reports.exited(id).isEmpty)
    }

    @Test func threadsThatWaitAtTheSamePlaceShareTheirFrames() {
        let text = "thread 1 \"a\":\n  0 f\nthread 2 \"b\":\n  0 f\nthread 3 \"b\":\n  0 g\n"
        #expect(
            ThreadStacks(text, of: id, pid: 1, isComplete: true).text.split(separator: "\n").dropFirst()
                == ["thread 1 \"a\":", "thread 2 \"b\":", "    0 f", "thread 3 \"b\":", "    0 g"])
    }

    @Test(arguments: [
        (
            "    3 $s7Serving9EventLoopC3runs5NeverOyF+92 in worker+0x1",
            "    3 Serving.EventLoop.run() -> Swift.Never+92 in worker+0x1"
        ),
        ("    3 $not a name", "    3 $not a name"),
        ("    0 epoll_wait+86 in libc.so.6+0x2", "    0 epoll_wait+86 in libc.so.6+0x2"),
        ("    3 $nonsense+1 in x", "    3 $nonsense+1 in x"),
    ])
    func namesOfSwiftAreThoseThatPeopleWrite(line: String, text: String) {
        #expect(SwiftSymbol.demangled(in: line[...]) == text)
    }

    // MARK: Requests per second

    @Test func ratesAreThoseOfTheLastSeconds() {
        var window = TrafficWindow()
        #expect(window.rates(to: .init(requests: 9), at: .zero) == nil)
        window.record(.init(requests: 100, serverErrors: 1), at: .seconds(10))
        #expect(window.rates(to: .init(requests: 101), at: .milliseconds(10_001))?.requests == 1, "not a thousand")
        #expect(window.due == .seconds(15))
        let rates = window.rates(to: .init(requests: 140, serverErrors: 3), at: .seconds(14))
        #expect(rates == .init(requests: 10, serverErrors: 0.5))
        window.record(.init(requests: 150), at: .seconds(15))
        window.record(.init(requests: 250), at: .seconds(20))
        #expect(window.rates(to: .init(requests: 320), at: .seconds(22))?.requests == Double(320 - 150) / 7)
        #expect(window.rates(to: .init(requests: 3), at: .seconds(22))?.requests == 0, "a counter that has fallen")
    }
}
