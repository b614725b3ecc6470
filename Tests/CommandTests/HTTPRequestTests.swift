import Testing

@testable import BrigadeCommand

@Suite struct HTTPRequestTests {
    private func parse(_ text: String) -> HTTPRequest.Parsing { HTTPRequest.parse(Array(text.utf8)) }

    private func request(_ text: String) throws -> HTTPRequest {
        guard case .complete(let request, let length) = parse(text) else {
            throw UnexpectedParsing(description: "\(parse(text))")
        }
        #expect(length == text.utf8.count)
        return request
    }

    private struct UnexpectedParsing: Error, CustomStringConvertible {
        let description: String
    }

    private func status(_ text: String) -> HTTPAnswer.Status? {
        if case .refused(let answer) = parse(text) { answer.status } else { nil }
    }

    @Test func whatPrometheusSendsIsUnderstood() throws {
        let request = try request(
            "GET /metrics?a=1?2 HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nAccept: text/plain\r\naccept:\t*/* \r\n\r\n")
        #expect(request.method == "GET" && request.path == "/metrics" && request.query == "a=1?2")
        #expect(request["accept"] == "text/plain, */*")
        #expect(request.keepsAlive && !request.isHead)
    }

    @Test(arguments: [
        ("GET http://h:1/metrics?q HTTP/1.1\r\nHost: h\r\n\r\n", "/metrics", true),
        ("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "/", true),
        ("GET / HTTP/1.0\r\n\r\n", "/", false),
        ("HEAD /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/a", false),
        ("\r\nGET / HTTP/1.1\r\nhost:\r\n\r\n", "/", true),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", "/", false),
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "/", true),
    ])
    func formsOfARequest(text: String, path: String, keepsAlive: Bool) throws {
        let request = try request(text)
        #expect(request.path == path)
        #expect(request.keepsAlive == keepsAlive)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: h\n\n", 400), ("GET / HTTP/1.1\r\nHost: h\n\r\n", 400), ("\n", 400),
        ("\r\n\r\n", 400), ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400),
        ("GET /\r\n\r\n", 400), ("/ HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET / http/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n folded: 1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\n: 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: \u{1}\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\nA: a\rb\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\u{0}\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505), ("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}", 400), (" ", 400),
    ])
    func whatTwoParsersCouldReadInTwoWaysIsRefused(text: String, status: Int) {
        #expect(self.status(text)?.rawValue == status, "\(parse(text))")
    }

    @Test func aHeadThatIsTooLongIsRefusedWhereverItIsLong() {
        let long = String(repeating: "a", count: HTTPRequest.longestHead)
        #expect(status("GET /\(long)") == .headTooLarge)
        #expect(status("GET / HTTP/1.1\r\nHost: h\r\nA: \(long)\r\n\r\n") == .headTooLarge)
        let many = String(repeating: "A: a\r\n", count: HTTPRequest.longestHead / 6)
        #expect(status("GET / HTTP/1.1\r\nHost: h\r\n\(many)\r\n") == .headTooLarge)
    }

    @Test func everyBeginningOfARequestIsIncomplete() {
        let text = "\r\nGET /metrics HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(HTTPRequest.parse(Array(text.utf8.prefix(count))) == .incomplete, "\(count)")
        }
    }

    /// What random changes make of a request is complete, incomplete or refused, and no trap.
    @Test func noBytesStopTheParser() {
        let text = Array("GET /metrics HTTP/1.1\r\nHost: h\r\nAccept: a/b;q=0.5\r\n\r\n".utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] =
                    [0, 9, 10, 13, 32, 58, 63, 127, 200].randomElement(using: &generator)!
            }
            if case .complete(let request, let length) = HTTPRequest.parse(bytes) {
                #expect(request.path.hasPrefix("/") && length <= bytes.count)
            }
        }
    }
}
