import Contract
import Supervisor
import Testing

@testable import BrigadeCommand
@testable import Linux

@Suite struct StatusReportTests {
    private func report(prestart: StatusReport.PrestartStatus? = nil, workers: [StatusReport.WorkerStatus] = [])
        -> StatusReport
    {
        StatusReport(
            state: "serving", pid: 7, age: .milliseconds(1500), generation: 2, target: 1, ready: 1, requests: 12,
            latency: LatencyHistogram(), lost: 1, lastLoss: "/\"},\\\n\u{1}é", lastChange: nil, prestart: prestart,
            refusals: [(.unix(path: "/run/b"), "gone")], problems: [], workers: workers, now: .seconds(100))
    }

    @Test func itIsJSONOnOneLine() {
        #expect(
            report().json
                == #"{"age":1.5,"generation":2,"health_problems":[],"last_change":null,"last_loss":"/\"},\\\n\u0001é","#
                + #""latency":{"p50":null,"p99":null},"lost_workers":1,"pid":7,"prestart":null,"ready":1,"requests":12,"#
                + #""state":"serving","target":1,"unreachable":[{"address":"unix:/run/b","reason":"gone"}],"workers":[]}"#
        )
    }

    @Test func aWorkersRequestsInFlightAreNamedWithTheirAge() {
        let worker = StatusReport.WorkerStatus(
            id: Worker.ID(slot: 3, generation: 1, serial: 9), pid: nil, state: "ready", started: .seconds(101),
            account: Scoreboard.Slot.Account(
                requests: 5, serverErrors: 0, latency: LatencyHistogram(), connections: 2,
                inFlight: [InFlightRequest(method: "GET", target: "/a", started: .seconds(99), id: "a1")], unrecorded: 4
            ),
            memory: 14 << 20)
        let json = report(workers: [worker]).json
        // A time after now is no age.
        #expect(
            json.contains(
                #""workers":[{"age":0,"connections":2,"generation":1,"in_flight":[{"age":1,"method":"GET","target":"/a"}],"#
                    + #""in_flight_unrecorded":4,"latency":{"p50":null,"p99":null},"memory":14680064,"pid":null,"#
                    + #""requests":5,"slot":3,"state":"ready"}]"#), "\(json)")
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
