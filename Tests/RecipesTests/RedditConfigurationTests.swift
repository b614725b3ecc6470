import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import Recipes

/// Deadlines, redirects, proxies and trust roots.
@Suite struct RedditConfigurationTests {
    private let web = URL(string: "https://www.reddit.com/r/recipes/top.json?limit=5")!
    private let plain = URL(string: "http://127.0.0.1:80/r/recipes/top.json")!

    @Test func aCallEndsAtItsOwnDeadlineOrTheAnswers() {
        let timeouts = RedditTimeouts(.seconds(5))
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        let whole = timeouts.answerDeadline(from: start)
        #expect(whole == start + .seconds(15))
        #expect(timeouts.callDeadline(from: start, within: whole) == start + .seconds(10))
        #expect(timeouts.callDeadline(from: start + .seconds(9), within: whole) == whole)
    }

    @Test(arguments: [
        ("/moved", "https://www.reddit.com/moved"), ("https://e.com/x?y", "https://e.com/x?y"),
        ("//e.com/x", "https://e.com/x"), ("top.json", "https://www.reddit.com/r/recipes/top.json"),
        ("HTTPS://e.com", "HTTPS://e.com"),
    ])
    func aRedirectResolvesItsLocation(location: String, target: String) throws {
        for status in [301, 302, 303, 307, 308] {
            let found = try Redirect.target(of: .init(statusCode: status), location, from: web)
            #expect(found?.absoluteString == target)
        }
    }

    @Test(arguments: [200, 204, 300, 304, 305, 404, 500])
    func otherStatusesAreNotRedirects(status: Int) throws {
        #expect(try Redirect.target(of: .init(statusCode: status), "/x", from: web) == nil)
        #expect(try Redirect.target(of: .found, nil, from: web) == nil)
    }

    @Test(arguments: [
        "file:///etc/passwd", "unix:///run/x.sock", "http+unix://x/y", "ftp://e.com/", "javascript:1", "https://",
        "http:///x",
        "data:,{}",
    ])
    func aRedirectToSomethingElseThanAWebAddressIsRefused(location: String) {
        for origin in [web, plain] {
            #expect(throws: Redirect.Refused.self) { try Redirect.target(of: .found, location, from: origin) }
        }
    }

    @Test func aRedirectFromHTTPSToHTTPIsRefused() throws {
        #expect(throws: Redirect.Refused.self) {
            try Redirect.target(of: .found, "http://www.reddit.com/", from: web)
        }
        #expect(try Redirect.target(of: .found, "http://e.com/", from: plain) != nil)
        #expect(try Redirect.target(of: .found, "https://e.com/", from: plain) != nil)
    }

    private func settings(_ environment: [String: String]) throws -> RecipeSettings {
        try RecipeSettings(environment: environment)
    }

    @Test(arguments: [("8s", TimeAmount.seconds(8)), ("250ms", .milliseconds(250)), ("2", .seconds(2))])
    func theTimeoutIsADuration(text: String, amount: TimeAmount) throws {
        #expect(try settings(["REDDIT_TIMEOUT": text]).redditTimeouts == RedditTimeouts(amount))
    }

    @Test(arguments: ["0s", "9s", "fast", "-1s"])
    func anInvalidTimeoutIsRejected(text: String) {
        #expect(throws: SettingError.self) { try settings(["REDDIT_TIMEOUT": text]) }
    }

    @Test func theProxyComesFromTheEnvironment() throws {
        let address = "http://me:p%40ss@proxy.example:3128/"
        let proxy = try #require(try settings(["HTTPS_PROXY": address]).proxy)
        #expect(proxy.host == "proxy.example")
        #expect(proxy.port == 3128)
        #expect(proxy.credentials == .init(user: "me", password: "p@ss"))
        #expect(try settings(["https_proxy": "proxy:80", "HTTPS_PROXY": address]).proxy?.host == "proxy")
        #expect(try settings(["HTTPS_PROXY": address, "REDDIT_BASE_URL": "http://127.0.0.1"]).proxy == nil)
        #expect(try settings(["HTTP_PROXY": address]).proxy == nil)
    }

    @Test(arguments: ["*", "reddit.com", ".reddit.com", "localhost, www.reddit.com", "WWW.Reddit.COM"])
    func hostsInNoProxyBypassTheProxy(list: String) throws {
        #expect(try settings(["HTTPS_PROXY": "http://proxy:80", "NO_PROXY": list]).proxy == nil)
    }

    @Test(arguments: ["", ",", "it.com", "old.reddit.com", "www.reddit.com.evil"])
    func otherHostsUseTheProxy(list: String) throws {
        #expect(try settings(["HTTPS_PROXY": "http://proxy:80", "NO_PROXY": list]).proxy != nil)
    }

    @Test(arguments: ["https://u:secret@proxy:443", "socks5://secret:1080", "http://", "://secret"])
    func anInvalidProxyIsRejectedWithoutItsPassword(text: String) throws {
        let error = try #require(throws: SettingError.self) { try settings(["HTTPS_PROXY": text]) }
        #expect(error.name == "HTTPS_PROXY")
        #expect(!error.description.contains("secret"))
    }

    @Test func trustRootsComeFromTheEnvironment() throws {
        #expect(try settings([:]).trustRoots == .system)
        let named = try settings(["SSL_CERT_FILE": "/a.pem", "SSL_CERT_DIR": "/b"]).trustRoots
        #expect(named == .custom(file: "/a.pem", directory: "/b"))
        #expect(named.tlsConfiguration.trustRoots == .file("/b"))
        #expect(named.tlsConfiguration.additionalTrustRoots == [.file("/a.pem")])
        let file = try settings(["SSL_CERT_FILE": "/a.pem"]).trustRoots
        #expect(file.tlsConfiguration.trustRoots == .file("/a.pem"))
        #expect(file.tlsConfiguration.additionalTrustRoots == [])
    }

    @Test(arguments: [TrustRoots.system, .custom(file: "/a.pem", directory: "/b")])
    func certificatesAreFullyVerified(trustRoots: TrustRoots) {
        #expect(trustRoots.tlsConfiguration.certificateVerification == .fullVerification)
        #expect(trustRoots.tlsConfiguration.minimumTLSVersion == .tlsv12)
    }

    @Test func pathsWithoutCertificatesAreRejectedAtStart() throws {
        let directory = TemporaryDirectory()
        let text = directory.path + "/text"
        try "no certificate".write(toFile: text, atomically: true, encoding: .utf8)
        for file in [text, directory.path + "/nothing", directory.path] {
            let error = try #require(throws: SettingError.self) {
                try TrustRoots.custom(file: file, directory: nil).check()
            }
            #expect(error.name == "SSL_CERT_FILE")
        }
        let error = try #require(throws: SettingError.self) {
            try TrustRoots.custom(file: nil, directory: directory.path + "/nothing").check()
        }
        #expect(error.name == "SSL_CERT_DIR")
        try TrustRoots.custom(file: nil, directory: directory.path).check()
    }
}
