import Testing

@testable import BrigadeCommand
@testable import Contract
@testable import Linux

@Suite struct RequestsInFlightTests {
    private func request(_ target: String, _ seconds: Int) -> InFlightRequest {
        InFlightRequest(
            method: "GET", target: target, started: .seconds(seconds), id: "r\(seconds)", trace: "t\(seconds)")
    }

    @Test func eachIsNamedAndEqualOnesOnce() {
        let (named, others) = RequestsInFlight.kinds(of: [
            request("/a", 1), request("/b", 2), request("/a", 3), request("/a", 4),
        ])
        #expect(named.map { $0.text(at: .seconds(9)) } == ["3 times GET /a, up to 8.00 s old", "GET /b, 7.00 s old"])
        #expect(others == 0)
        #expect(named.map(\.ids) == [["r1", "r3", "r4"], ["r2"]] && named.map(\.trace) == ["t1", "t2"])
        #expect(named[0].text(at: .zero) == "3 times GET /a, up to 0.00 s old")
    }

    /// A thousand lines help nobody.
    @Test func ofManyKindsTheOldestAndTheNewestAreNamed() {
        let requests = (1...1000).map { request("/\($0)", $0) } + [request("/1", 2000)]
        let (named, others) = RequestsInFlight.kinds(of: requests)
        #expect(named.map(\.target) == ((1...10).map { "/\($0)" } + (991...1000).map { "/\($0)" }))
        #expect(others == 980)
    }

    @Test func ofManyEqualOnesTheOldestHaveTheirIds() {
        let (named, _) = RequestsInFlight.kinds(of: (1...1000).map { request("/a", $0) })
        #expect(named.map(\.ids) == [(1...8).map { "r\($0)" }] && named[0].count == 1000)
    }

    @Test func nothingIsNothing() {
        let (named, others) = RequestsInFlight.kinds(of: [])
        #expect(named.isEmpty && others == 0)
    }

    @Test func totalsStayAtTheirEnd() {
        var totals = Totals()
        totals.requests = .max - 1
        let account = Scoreboard.Slot.Account(
            requests: 5, serverErrors: 0, latency: LatencyHistogram(), connections: 0, inFlight: [], unrecorded: 0)
        totals.add(account)
        #expect(totals.requests == .max)
    }
}
