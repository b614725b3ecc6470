import Contract
import Glibc
import Linux
import Messages
import Testing

@testable import Serving

/// Connections that come through a proxy.
extension ServerTests {
    private var proxied: Function {
        Function { request in
            let path = String(decoding: request.path, as: UTF8.self)
            let info = request.connection
            let text = "\(request.client)|\(info.peer)|\(request.scheme)|\(request.rootPath)|\(path)|\(info.isTrusted)"
            let body = String(decoding: request.body, as: UTF8.self)
            return .now(Response(.ok, body: Array("\(text)|\(body).".utf8)))
        }
    }

    private func settings(_ change: (inout Settings) -> Void) -> Settings {
        var settings = Settings()
        change(&settings)
        return settings
    }

    @Test func aConnectionBeginsWithTheHeaderOfItsProxy() async throws {
        let tls =
            [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 20, 192, 0, 2, 1]
            + [10, 0, 0, 1, 0, 1, 0, 2, 0x20, 0, 5, 1, 0, 0, 0, 0] as [UInt8]
        try await LoopThread.serving(proxied, settings: settings { $0.proxyProtocol = true }) { port, slot in
            let get = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.66\r\n\r\n"
            for (header, expected) in [
                (Array("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n".utf8), "192.0.2.1|127.0.0.1|http||/|false|."),
                (Array("PROXY TCP6 ::1 ::1 1 2\r\n".utf8), "192.0.2.66|127.0.0.1|http||/|true|."),
                (Array("PROXY UNKNOWN\r\n".utf8), "unknown|127.0.0.1|http||/|false|."),
                (tls, "192.0.2.1|127.0.0.1|https||/|false|."),
            ] {
                // In one piece with the request, and byte by byte.
                let whole = try Client(port: port)
                try whole.send(header + Array(get.utf8))
                #expect(try whole.read(to: ".").hasSuffix("\r\n\r\n\(expected)"))
                try whole.send(get)
                #expect(try whole.read(to: ".").hasSuffix("\r\n\r\n\(expected)"), "for all requests of the connection")
                let slow = try Client(port: port)
                for byte in header + Array(get.utf8) { try slow.send([byte]) }
                #expect(try slow.read(to: ".").hasSuffix("\r\n\r\n\(expected)"))
            }
            // Not a byte is answered to what is no header.
            for bytes in [get, "PROXY TCP4 a b 1 2\r\n" + get, "\r\n\r\n" + get] {
                let client = try Client(port: port)
                try client.send(bytes)
                #expect((try? client.read()) ?? "" == "")
            }
            let silent = try Client(port: port)
            try silent.send("PROXY ")
            silent.end()
            #expect(try silent.read() == "")
        }
    }

    @Test func aProxyThatSendsNoHeaderInTimeIsClosed() async throws {
        let settings = settings {
            $0.proxyProtocol = true
            $0.headerTimeout = .milliseconds(50)
        }
        try await LoopThread.serving(proxied, settings: settings) { port, _ in
            for bytes in ["", "PROXY TCP4 "] {
                let client = try Client(port: port)
                try client.send(bytes)
                #expect(try client.read() == "")
            }
        }
    }

    @Test func aDrainWaitsForNoHeader() async throws {
        try await LoopThread.serving(proxied, settings: settings { $0.proxyProtocol = true }) { port, slot in
            let client = try Client(port: port)
            try client.send("PROXY ")
            while slot.connections == 0 { sched_yield() }
            // `serving` drains now, long before the timeout of the header.
            _ = consume client
        }
    }

    @Test func othersSendNoHeader() async throws {
        let settings = settings {
            $0.proxyProtocol = true
            $0.forwardedAllowIps = .none
        }
        try await LoopThread.serving(proxied, settings: settings) { port, _ in
            let client = try Client(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.66\r\n\r\n")
            #expect(try client.read(to: ".").hasSuffix("\r\n\r\n127.0.0.1|127.0.0.1|http||/|false|."))
            let forger = try Client(port: port)
            try forger.send("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try forger.read().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func theLimitPerAddressKnowsTheClientsOfTheHeader() async throws {
        let settings = settings {
            $0.proxyProtocol = true
            $0.maxConnectionsPerAddress = 2
        }
        try await LoopThread.serving(proxied, settings: settings) { port, slot in
            for round in 0..<2 {
                var kept: [Box] = []
                for (address, isServed) in [
                    ("192.0.2.1", true), ("192.0.2.1", true), ("192.0.2.1", false), ("192.0.2.2", true),
                    ("192.0.2.2", true), ("192.0.2.2", false), ("192.0.2.3", true),
                ] {
                    let box = Box(try Client(port: port))
                    try box.client.send(
                        "PROXY TCP4 \(address) 10.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = (try? box.client.read(to: ".")) ?? ""
                    #expect(answer.hasSuffix(".") == isServed, "\(address) in round \(round)")
                    kept.append(box)
                }
                kept = []
                while slot.connections > 0 { sched_yield() }
            }
        }
    }

    /// It keeps the path that it was asked for how content is taken.
    private struct Asked: Application {
        let echo: Function
        let modes: Answers

        func answer(_ request: Request, route: inout Int?) throws -> Answer { try echo.answer(request, route: &route) }

        func contentMode(for head: RequestHead) -> ContentMode {
            modes.put(String(decoding: head.bytes[head.path], as: UTF8.self))
            return .whole
        }
    }

    private final class Box {
        let client: Client

        init(_ client: consuming Client) { self.client = client }
    }

    @Test func theRootPathIsRemovedFromRequestsThatHaveIt() async throws {
        let modes = Answers()
        let application = Asked(echo: proxied, modes: modes)
        try await LoopThread.serving(application, settings: settings { $0.rootPath = "/kitchen" }) { port, _ in
            let client = try Client(port: port)
            for (target, path) in [
                ("/kitchen/docs?x=/kitchen/", "/docs"), ("/docs", "/docs"), ("/kitchen/", "/"),
                ("/kitchen", "/kitchen"),
                ("/kitchens/docs", "/kitchens/docs"), ("/kitchen//docs", "//docs"), ("/", "/"),
                ("http://a/kitchen/docs", "/docs"), ("/kitchen/kitchen/x", "/kitchen/x"),
            ] {
                try client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.read(to: ".").hasSuffix("|/kitchen|\(path)|true|."), "\(target)")
            }
            try client.send("POST /kitchen/add HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
            #expect(try client.read(to: ".").hasSuffix("|/kitchen|/add|true|ab."))
        }
        #expect(await modes.take() == "/add")
    }
}
