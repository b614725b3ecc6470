import Foundation
import Testing

/// Clients that leave with a reset, in each phase of their connection.
@Suite(.serialized) struct HardeningAbortTests {
    enum Phase: String, CaseIterable {
        case beforeTheHead = ""
        case inTheHead = "GET /hello HTTP/1.1\r\nHos"
        case inTheBody = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc"
        case inAChunk = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nabc"
        case whileTheHandlerRuns = "GET /sleep?ms=600000 HTTP/1.1\r\nHost: a\r\n\r\n"
        case whileABlockingHandlerRuns = "GET /nap?ms=300 HTTP/1.1\r\nHost: a\r\n\r\n"
        case behindAHandlerThatRuns =
            "GET /sleep?ms=600000 HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /he"
        case afterARefusal = "nonsense\r\n\r\n"
        case afterTheAnswer = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    @Test(arguments: Phase.allCases)
    func whoLeavesIsForgotten(phase: Phase) throws {
        let server = try TestServer(faulty: 1)
        let vitals = try WorkerBaseline(of: server)
        for _ in 0..<3 {
            let crowd = try ManyConnections(40, port: server.port)
            crowd.send(phase.rawValue)
            try server.waitForStatus("all there") { $0.workers[0].connections == 40 }
            switch phase {
            case .whileTheHandlerRuns, .behindAHandlerThatRuns:
                try server.waitForStatus("handled") { !$0.workers[0].inFlight.isEmpty }
            case .afterTheAnswer, .afterARefusal: try crowd.read { $0.answered == $0.count }
            default: break
            }
            crowd.reset()
            try server.waitForStatus("forgotten") { $0.workers[0].connections == 0 && $0.workers[0].inFlight.isEmpty }
        }
        try vitals.expectUnharmed(growth: 4096)
    }

    @Test func whoLeavesInTheMiddleOfAnAnswerIsForgotten() throws {
        let server = try TestServer(workers: 1, flags: ["--control", "control.sock"])
        let vitals = try WorkerBaseline(of: server)
        for _ in 0..<3 {
            let crowd = try ManyConnections(40, port: server.port, receiveBuffer: 4096)
            crowd.send(String(repeating: "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n", count: 200))
            try crowd.read { $0.answered == $0.count }
            crowd.reset()
            try server.waitForStatus("forgotten") { $0.workers[0].connections == 0 }
        }
        try vitals.expectUnharmed(growth: 40 * 600)
    }
}
