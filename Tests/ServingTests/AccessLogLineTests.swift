import Contract
import Linux
import Messages
import Testing

@testable import Serving

@Suite struct AccessLineTests {
    /// What the log has of a client that sent this.
    private func log(
        _ text: String, limits: RequestLimits = RequestLimits(), peer: String = "127.0.0.1", waits: Double = 0
    ) -> String {
        let bench = ConnectionBench(limits: limits, accessLog: .combined)
        bench.answersAtOnce = waits == 0
        bench.send(text)
        if waits > 0 {
            bench.wait(waits)
            for number in bench.waiting.keys { bench.answer(number, Response(.ok, body: [1, 2, 3])) }
        }
        return bench.takeLog(peer: peer)
    }

    @Test func aLineHasTheCombinedFormatAndTheSeconds() {
        let text = "GET /x?y HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8.1\r\nREFERER: http://b/\r\n\r\n"
        #expect(
            log(text, waits: 0.000412) == """
                127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 3 "http://b/" "curl/8.1" 0.000412

                """)
    }

    @Test func theServersFieldsFollowTheCombinedFormat() {
        let bench = ConnectionBench(accessLog: .combined, trustsPeer: true)
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        bench.send(
            "GET /x HTTP/1.1\r\nHost: a\r\nX-Request-ID: from-the-proxy\r\ntraceparent: 00-\(trace)-00f067aa0ba902b7-01\r\n\r\n"
        )
        #expect(
            bench.takeLog(peer: "", showsIDs: true).hasSuffix(
                #" 200 2 "-" "-" 0.000000 request=from-the-proxy trace=\#(trace)"# + "\n"))
        bench.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(bench.takeLog(peer: "", showsIDs: true).contains(/\ 0\.000000 request=[0-9a-f]{16}\n$/))
        var line: [UInt8] = []
        let fields = AccessLogFields(line: nil, .combined)
        let metrics = ResponseMetrics(latency: 0, status: 200, series: .unknown, size: 0, isAborted: true)
        AccessLogLine.append(
            metrics, fields, route: "/tasks/{a\"b}", client: "192.0.2.1", peer: "",
            AccessLogLine.Origin(LogProcess(.standaloneWorker)),
            to: &line)
        #expect(
            String(decoding: line, as: UTF8.self).hasSuffix(
                #" 0.000000 route="/tasks/{a\x22b}" peer=unix aborted"# + "\n"))
    }

    @Test func missingFieldsAreDashes() {
        let text = "HEAD /x HTTP/1.0\r\n\r\n"
        #expect(
            log(text, peer: "") == #"- - - [23/Nov/2026:10:15:30 +0000] "HEAD /x HTTP/1.0" 200 0 "-" "-" 0.000000"#
                + "\n")
    }

    @Test(arguments: [
        ("nonsense\r\n\r\n", #""-" 400 35 "-" "-""#),
        ("GET /x HTTP/1.1\r\nHost a\r\n\r\n", #""GET /x HTTP/1.1" 400 "#),
        ("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", #""GET /x HTTP/1.1" 400 "#),
        ("\r\nPOST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", #""POST /x HTTP/1.1" 413 "#),
        ("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", #""POST /x HTTP/1.1" 400 "#),
    ])
    func aRejectionIsLogged(text: String, line: String) {
        let lines = log(text, limits: RequestLimits(body: 10))
        #expect(lines.contains(line) && lines.count { $0 == "\n" } == 1, "\(lines)")
    }

    @Test func aRejectionIsNotLoggedWithThePreviousRequestLine() {
        let lines = log("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        #expect(lines.split(separator: "\n").last?.contains(#"] "-" 400 "#) == true)
    }

    @Test(arguments: [
        ("GET /x HTTP/1.1\r\n", #""GET /x HTTP/1.1" 408 "#), ("GET /x", #""-" 408 "#), ("", #""-" 408 "#),
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", #""POST /x HTTP/1.1" 408 "#),
    ])
    func anIncompleteRequestIsLogged(text: String, line: String) {
        #expect(log(text, waits: 30).contains(line))
    }

    private let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A bench whose client has asked, and reads nothing by itself.
    private func slow(_ text: String) -> ConnectionBench {
        let bench = ConnectionBench(accessLog: .combined)
        bench.clientReads = false
        bench.answersAtOnce = false
        bench.send(text)
        return bench
    }

    private func large(_ count: Int = 100_000) -> Response { Response(.ok, body: Array(repeating: 120, count: count)) }

    @Test func aLargeResponseIsLoggedWhenAllOfItIsSent() {
        let bench = slow(get)
        bench.answer(1, large())
        #expect(bench.countAnswers() == 1 && bench.takeLog(peer: "") == "")
        bench.wait(1)
        bench.read(bench.pending - 1)
        #expect(bench.takeLog(peer: "") == "")
        bench.wait(2)
        bench.read(1)
        #expect(bench.takeLog(peer: "").hasSuffix("\"GET /x HTTP/1.1\" 200 100000 \"-\" \"-\" 3.000000\n"))
    }

    @Test func anAbortedResponseIsLoggedWithTheSizeThatWasSent() {
        let bench = slow(get)
        bench.answer(1, large())
        bench.read(bench.pending - 40_000)
        bench.wait(1)
        bench.fail()
        #expect(bench.takeLog(peer: "").hasSuffix("\"GET /x HTTP/1.1\" 200 60000 \"-\" \"-\" 1.000000 aborted\n"))
    }

    @Test func aResponseOfWhichNothingIsSentHasSizeZero() {
        let bench = slow(get)
        bench.answer(1, large())
        bench.fail()
        #expect(bench.takeLog(peer: "").hasSuffix(" 200 0 \"-\" \"-\" 0.000000 aborted\n"))
    }

    @Test func aResponseToATooSlowClientIsLogged() {
        let bench = slow(get)
        bench.answer(1, large())
        bench.wait(31)
        #expect(bench.isReset && bench.takeLog(peer: "").hasSuffix(" 31.000000 aborted\n"))
    }

    @Test func aCutStreamIsLoggedAsAborted() {
        let bench = slow(get)
        bench.clientReads = true
        bench.answer(1, Response(.ok, stream: AsyncStream<[UInt8]> { $0.finish() }))
        bench.make(1, "abc")
        bench.cutContent(1)
        #expect(bench.takeLog(peer: "").hasSuffix(" 200 3 \"-\" \"-\" 0.000000 aborted\n"))
    }

    @Test(arguments: [
        "", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func aRequestWhoseClientLeavesIsLoggedAs499(text: String) {
        let bench = slow(text.isEmpty ? get : text)
        bench.wait(2)
        bench.fail()
        let line = bench.takeLog(peer: "")
        #expect(
            line.hasSuffix(" /x HTTP/1.1\" 499 0 \"-\" \"-\" 2.000000\n") && line.count { $0 == "\n" } == 1, "\(line)")
        #expect(bench.countAnswers() == 0 && bench.isClosed)
    }

    @Test func eachPipelinedRequestIsLogged() {
        let bench = slow(get + get + "POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        bench.answer(1, large(10))
        bench.read(bench.pending)
        bench.answer(2, large(20))
        bench.read(bench.pending - 5)
        bench.fail()
        let lines = bench.takeLog(peer: "").split(separator: "\n").map { $0.drop { $0 != "\"" } }
        #expect(
            lines == [
                #""GET /x HTTP/1.1" 200 10 "-" "-" 0.000000"#, #""GET /x HTTP/1.1" 200 15 "-" "-" 0.000000 aborted"#,
                #""POST /y HTTP/1.1" 499 0 "-" "-" 0.000000"#,
            ])
    }

    @Test func aRejectedRequestIsLoggedOnceWhenItsClientLeaves() {
        let bench = slow("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n")
        bench.read(bench.pending)
        bench.fail()
        let lines = bench.takeLog(peer: "")
        #expect(lines.contains("\" 400 ") && lines.count { $0 == "\n" } == 1, "\(lines)")
    }

    @Test func theServerLogsWhatTheSocketTook() async throws {
        let folder = try Folder()
        let log = try AccessLogWriter(
            path: folder.path("log"), .combined, LogProcess(.standaloneWorker), log: LoopThread.quiet)
        // More than the buffers of both sockets hold.
        let size = 16 << 20
        let application = Function { _ in .now(Response(.ok, body: Array(repeating: 120, count: size))) }
        try await LoopThread.serving(application, accessLog: log) { port, _ in
            let reader = try Client(port: port)
            try reader.send("GET /whole HTTP/1.0\r\n\r\n")
            var count = 0
            while case let piece = try reader.receive(most: 1 << 20), !piece.isEmpty { count += piece.count }
            #expect(count > size)
            let leaver = try Client(port: port)
            try leaver.send("GET /part HTTP/1.0\r\n\r\n")
            #expect(try !leaver.receive(most: 100).isEmpty)
        }
        await LoopThread.run { log.flush() }
        let lines = try folder.text("log").split(separator: "\n")
        #expect(lines.contains { $0.contains("\"GET /whole HTTP/1.0\" 200 \(size) ") && !$0.hasSuffix("aborted") })
        let part = try #require(lines.first { $0.contains("/part") })
        #expect(part.hasSuffix(" aborted") && !part.contains(" \(size) "), "\(part)")
    }

    @Test func aClientCannotForgeALineOrControlATerminal() {
        let agent = "a\"b\\c\u{1b}\u{7f}é\t"
        let lines = log(
            "GET /\"\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: x\(agent)y\r\n\r\n".replacing("\u{1b}\u{7f}", with: ""))
        #expect(lines.contains(#""GET /\x22\x5C HTTP/1.1" 200 3 "-" "xa\x22b\x5Cc\xC3\xA9\x09y" 0."#))
    }

    @Test func longTextIsCutSoThatAPipeTakesTheLineWhole() {
        let long = String(repeating: "\"", count: 7000)
        let lines = log(
            "GET /\(long) HTTP/1.1\r\nHost: a\r\nUser-Agent: \(long)\r\nReferer: \(long)\r\n\r\n",
            peer: String(repeating: "f", count: 45))
        #expect(lines.utf8.count < 4096 && lines.hasSuffix(#"\x22..." 0.000000"# + "\n"))
    }
}
