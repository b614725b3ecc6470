import Contract
import Supervisor
import Testing

@testable import BrigadeCommand
@testable import Linux

@Suite struct StatusReportTests {
    private func report(prestart: StatusReport.PrestartStatus? = nil, workers: [StatusReport.WorkerStatus] = [])
        -> StatusReport
    {
        var latency = LatencyHistogram()
        latency.counts[2] = 12
        return StatusReport(
            state: "serving", pid: 7, age: .milliseconds(1500), generation: 2, target: 1, ready: 1, requests: 12,
            serverErrors: 2, rates: .init(requests: 3.5, serverErrors: 0), latency: latency, cpu: .milliseconds(20),
            lost: 1, lastLoss: "/\"},\\\n\u{1}é", lastChange: nil, prestart: prestart,
            refusals: [(.unix(path: "/run/b"), "gone")], problems: [],
            queues: [.init(address: .unix(path: "/run/b"), length: 1, limit: 511)],
            events: [.init(age: .seconds(2), level: "info", text: "worker ready in 0.10 s", slot: 1)], workers: workers,
            now: .seconds(100))
    }

    @Test func itIsJSONOnOneLine() {
        #expect(
            report().json
                == #"{"accept_queues":[{"address":"unix:/run/b","length":1,"limit":511}],"age":1.5,"#
                + #""blocking_pool":{"busy":0,"queued":0,"threads":0},"cpu":0.02,"#
                + #""events":[{"age":2,"level":"info","text":"worker ready in 0.10 s","worker":1}],"#
                + #""generation":2,"health_problems":[],"last_change":null,"last_loss":"/\"},\\\n\u0001é","#
                + #""latency":{"counts":[0,0,12],"p50":2e-06,"p99":2e-06},"lost_workers":1,"pid":7,"prestart":null,"ready":1,"#
                + #""requests":12,"requests_per_second":3.5,"server_errors":2,"server_errors_per_second":0,"#
                + #""state":"serving","target":1,"unreachable":[{"address":"unix:/run/b","reason":"gone"}],"workers":[]}"#,
            "\(report().json)")
    }

    @Test func itSaysHowMuchIsGoingOn() {
        #expect(
            report().text.contains(
                "now: 3.5 requests/s, 0 errors/s; 0 in flight; blocking pool: 0 threads, 0 busy, 0 queued; "
                    + "accept queue: 1 of 511"), "\(report().text)")
    }

    @Test func aWorkersRequestsInFlightAreNamedWithTheirAge() {
        let worker = StatusReport.WorkerStatus(
            id: Worker.ID(slot: 3, generation: 1, serial: 9), pid: nil, state: "ready", started: .seconds(101),
            account: Scoreboard.Slot.Account(
                requests: 5, serverErrors: 0, latency: LatencyHistogram(), connections: 2,
                inFlight: [InFlightRequest(method: "GET", target: "/a", started: .seconds(99), id: "a1")], unrecorded: 4
            ),
            memory: 14 << 20, cpu: .seconds(3), pool: .init(threads: 4, busy: 2, queued: 1), restarts: 6)
        let json = report(workers: [worker]).json
        // A time after now is no age.
        #expect(
            json.contains(
                #""workers":[{"age":0,"blocking_pool":{"busy":2,"queued":1,"threads":4},"connections":2,"cpu":3,"#
                    + #""generation":1,"in_flight":[{"age":1,"id":"a1","method":"GET","target":"/a"}],"#
                    + #""in_flight_unrecorded":4,"latency":{"counts":[],"p50":null,"p99":null},"memory":14680064,"pid":null,"#
                    + #""requests":5,"restarts":6,"server_errors":0,"slot":3,"state":"ready"}]"#), "\(json)")
    }

    @Test func aPrestartThatRunsIsShown() {
        let report = report(prestart: .init(pid: 8, generation: 3, started: .seconds(90)))
        #expect(report.json.contains(#""prestart":{"age":10,"generation":3,"pid":8}"#))
        #expect(report.text.contains("prestart of generation 3 is running: pid 8, 10"), "\(report.text)")
    }

    @Test func columnsAreAsWideAsTheirWidestText() {
        #expect(TextTable.lines([["a", "bb"], ["ccc", "d"]]) == ["a    bb", "ccc  d"])
    }
}
