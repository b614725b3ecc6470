import Messages
import Testing

@testable import Serving

@Suite struct AccessLineTests {
    /// What the log has of a client that sent this.
    private func log(_ text: String, limits: Limits = Limits(), peer: String = "127.0.0.1", waits: Double = 0) -> String
    {
        let bench = ConnectionBench(limits: limits, isLogged: true)
        bench.answersAtOnce = waits == 0
        bench.send(text)
        if waits > 0 {
            bench.wait(waits)
            for number in bench.waiting.keys { bench.answer(number, Response(.ok, body: [1, 2, 3])) }
        }
        return bench.takeLog(peer: peer)
    }

    @Test func aRequestIsALineOfTheCombinedFormatAndItsSeconds() {
        let text = "GET /x?y HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8.1\r\nREFERER: http://b/\r\n\r\n"
        #expect(
            log(text, waits: 0.000412) == """
                127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 3 "http://b/" "curl/8.1" 0.000412

                """)
    }

    @Test func whatIsNotThereIsADash() {
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
    func aRefusalHasItsLineToo(text: String, line: String) {
        let lines = log(text, limits: Limits(body: 10))
        #expect(lines.contains(line) && lines.count { $0 == "\n" } == 1, "\(lines)")
    }

    @Test func aRefusalIsNotGivenTheLineOfTheRequestBefore() {
        let lines = log("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        #expect(lines.split(separator: "\n").last?.contains(#"] "-" 400 "#) == true)
    }

    @Test(arguments: [
        ("GET /x HTTP/1.1\r\n", #""GET /x HTTP/1.1" 408 "#), ("GET /x", #""-" 408 "#), ("", #""-" 408 "#),
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", #""POST /x HTTP/1.1" 408 "#),
    ])
    func aRequestThatNeverBecomesCompleteHasItsLineToo(text: String, line: String) {
        #expect(log(text, waits: 30).contains(line))
    }

    @Test func aClientCannotForgeALineOrSpeakToATerminal() {
        let agent = "a\"b\\c\u{1b}\u{7f}é\t"
        let lines = log(
            "GET /\"\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: x\(agent)y\r\n\r\n".replacing("\u{1b}\u{7f}", with: ""))
        #expect(lines.contains(#""GET /\x22\x5C HTTP/1.1" 200 3 "-" "xa\x22b\x5Cc\xC3\xA9\x09y" 0."#))
    }

    @Test func aLongOneIsCutSoThatAPipeTakesItsLineWhole() {
        let long = String(repeating: "\"", count: 7000)
        let lines = log(
            "GET /\(long) HTTP/1.1\r\nHost: a\r\nUser-Agent: \(long)\r\nReferer: \(long)\r\n\r\n",
            peer: String(repeating: "f", count: 45))
        #expect(lines.utf8.count < 4096 && lines.hasSuffix(#"\x22..." 0.000000"# + "\n"))
    }
}
