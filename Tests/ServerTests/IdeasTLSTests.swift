import Foundation
import Testing

/// The built server asks over real HTTPS. The authorities are the test's own.
@Suite(.serialized) final class IdeasTLSTests {
    private static let paths = ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"]

    private let folder: String
    private let ours: CertificateAuthority

    init() throws {
        folder = try TestServer.newFolder()
        ours = try CertificateAuthority("ours", in: folder)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A stand-in for reddit that shows that certificate.
    private func reddit(_ shown: CertificateAuthority.Certificate) throws -> (process: ChildProcess, port: UInt16) {
        let port = try Machine.freePort()
        let process = try ChildProcess(
            "/usr/bin/python3",
            ["\(BuildProducts.root)/reference/fake_reddit.py", "\(port)", "--tls", shown.certificate, shown.key],
            environment: ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"], folder: folder)
        try waitForListener(port)
        return (process, port)
    }

    private func waitForListener(_ port: UInt16) throws {
        try Machine.wait(for: "somebody at port \(port)") {
            let descriptor = LocalAddress.loopback(port: port).connected()
            if descriptor >= 0 { close(descriptor) }
            return descriptor >= 0
        }
    }

    private func server(_ host: String, _ port: UInt16, _ environment: [String: String]) throws -> TestServer {
        try TestServer(
            workers: 1,
            environment: environment.merging(["REDDIT_BASE_URL": "https://\(host):\(port)"]) { $1 })
    }

    @Test(arguments: [
        ("DNS:localhost", "localhost"), ("IP:127.0.0.1", "127.0.0.1"),
    ])
    func ideasComeOverHTTPS(subject: String, host: String) throws {
        let upstream = try reddit(ours.sign(subject))
        let server = try server(host, upstream.port, ["SSL_CERT_FILE": ours.certificate])
        for path in Self.paths {
            let answer = try server.ask(path)
            #expect(answer.status == 200, "\(server.master.output)")
            #expect(answer.body.contains("2085: the best chicken wings ever!!"))
        }
        withExtendedLifetime(upstream) {}
    }

    @Test func anAuthorityIsAlsoFoundInAFolder() throws {
        let upstream = try reddit(ours.sign("DNS:localhost"))
        try ours.rehash()
        let server = try server("localhost", upstream.port, ["SSL_CERT_DIR": folder])
        for path in Self.paths { #expect(try server.ask(path).status == 200, "\(server.master.output)") }
        withExtendedLifetime(upstream) {}
    }

    @Test(arguments: ["another name", "another address", "expired", "signed by nobody we trust"])
    func aCertificateThatIsNotRightIsABadGateway(fault: String) throws {
        let shown =
            switch fault {
            case "another name": try ours.sign("DNS:www.reddit.com")
            case "another address": try ours.sign("IP:127.0.0.2")
            case "expired": try ours.sign("DNS:localhost", days: -1)
            default: try CertificateAuthority("theirs", in: folder).sign("DNS:localhost")
            }
        let upstream = try reddit(shown)
        let server = try server("localhost", upstream.port, ["SSL_CERT_FILE": ours.certificate])
        try expectBadGateway(server)
        withExtendedLifetime(upstream) {}
    }

    @Test func theMachinesAuthoritiesDoNotKnowOurs() throws {
        let upstream = try reddit(ours.sign("DNS:localhost"))
        try expectBadGateway(server("localhost", upstream.port, [:]))
        withExtendedLifetime(upstream) {}
    }

    @Test func nothingBelowTLS12IsSpoken() throws {
        let shown = try ours.sign("DNS:localhost")
        let port = try Machine.freePort()
        let old = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", shown.certificate, "-key", shown.key, "-tls1_1",
                "-cipher", "DEFAULT@SECLEVEL=0", "-quiet",
            ], environment: ["PATH": "/usr/bin:/bin"], folder: folder)
        try waitForListener(port)
        let server = try server("127.0.0.1", port, ["SSL_CERT_FILE": ours.certificate])
        try expectBadGateway(server)
        #expect(server.master.lines(with: "PROTOCOL_VERSION").count == 2, "\(server.master.output)")
        withExtendedLifetime(old) {}
    }

    private func expectBadGateway(_ server: TestServer) throws {
        for path in Self.paths {
            let answer = try server.ask(path)
            #expect(answer.status == 502)
            #expect(answer.body == #"{"detail":"Bad answer from reddit"}"#)
        }
        try server.master.wait(for: "two warnings") { $0.matches(of: /reddit gave no ideas/).count == 2 }
    }

    @Test func ideasComeThroughAProxy() throws {
        let upstream = try reddit(ours.sign("DNS:reddit.test"))
        let tunnel = try ConnectProxy()
        let environment = [
            "SSL_CERT_FILE": ours.certificate, "HTTPS_PROXY": "http://me:p%40ss@127.0.0.1:\(tunnel.port)",
        ]
        // Only the proxy knows a host of that name.
        let server = try server("reddit.test", upstream.port, environment)
        for path in Self.paths { #expect(try server.ask(path).status == 200, "\(server.master.output)") }
        #expect(!tunnel.heads.isEmpty)
        for head in tunnel.heads {
            #expect(head.hasPrefix("CONNECT reddit.test:\(upstream.port) HTTP/1.1\r\n"))
            #expect(head.lowercased().contains("proxy-authorization: basic bwu6cebzcw==\r\n"))
        }
        withExtendedLifetime(upstream) {}
    }

    @Test(arguments: [
        ("refuses", 502, [FaultyUpstream.Step.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")]),
        ("wants a password", 502, [.send("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")]),
        ("never answers", 504, [.stall]), ("closes", 502, []),
    ])
    func aProxyThatFailsIsAnUpstreamThatFails(fault: String, status: Int, steps: [FaultyUpstream.Step]) throws {
        let proxy = try FaultyUpstream(steps)
        let server = try server(
            "reddit.test", 443, ["REDDIT_TIMEOUT": "300ms", "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"])
        for path in Self.paths { #expect(try server.ask(path).status == status, "\(fault): \(server.master.output)") }
        #expect(proxy.takeRequests() > 0)
    }

    @Test func aFileThatIsNoAuthorityEndsTheStart() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let master = try TestServer.start(
            in: folder, ["--bind", "127.0.0.1:0", "--workers", "1"],
            ["SSL_CERT_FILE": ours.certificate.replacing("ours.pem", with: "ours.key")])
        #expect(try master.waitForExit() == 4)
        #expect(master.output.contains("SSL_CERT_FILE: "))
    }
}
