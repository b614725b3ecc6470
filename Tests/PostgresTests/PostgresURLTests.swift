import Testing

@testable import Postgres

@Suite struct PostgresURLTests {
    @Test(arguments: [
        "postgresql://app:s3cret@db/recipes", "postgres://app:s3cret@db/recipes",
        "postgresql+psycopg://app:s3cret@db/recipes", "postgresql+psycopg2://app:s3cret@db/recipes",
    ])
    func aDriverInTheSchemeIsIgnored(text: String) throws {
        let url = try PostgresURL(text)
        #expect(url.hosts.map(\.name) == ["db"])
        #expect(url.value("user") == "app")
        #expect(url.value("password") == "s3cret")
        #expect(url.value("dbname") == "recipes")
        #expect(url.description.hasPrefix("postgresql://app@db"))
        #expect(url.description.hasSuffix("/recipes"))
    }

    @Test func severalHostsEachHaveTheirPort() throws {
        let url = try PostgresURL("postgresql://a:1,[::1]:2,c:3/x?sslmode=require&target_session_attrs=any")
        #expect(url.hosts.map(\.name) == ["a", "::1", "c"])
        #expect(url.hosts.map(\.port) == ["1", "2", "3"])
        #expect(url.value("sslmode") == "require")
        #expect(url.description == "postgresql://a:1,[::1]:2,c:3/x")
    }

    @Test func valuesAreDecoded() throws {
        let url = try PostgresURL("postgresql://us%40er:p%2Fw@%2Fvar%2Frun:7/d%20b")
        #expect(url.value("user") == "us@er")
        #expect(url.value("password") == "p/w")
        #expect(url.hosts.map(\.name) == ["/var/run"])
        #expect(url.description == "postgresql://us@er@/var/run:7/d b")
    }

    @Test(arguments: [
        ("postgresql://app:s3cret@db/x?sslmod=require", #"invalid URI query parameter: "sslmod""#),
        ("postgresql://app:s3cret%zz@db/x", "invalid percent-encoded token"),
        ("postgresql://app:s3cret@db/x?s3cret", #"missing key/value separator"#),
        ("postgresql://app:s3cret@[::1/x", "end of string reached when looking for matching"),
        ("postgresql://app:s3cret@db:5432x/y", "a port is not a number from 1 to 65535"),
        ("postgresql://app:s3cret@db:65536/y", "a port is not a number from 1 to 65535"),
        ("postgresql://app:s3cret@db:0/y", "a port is not a number from 1 to 65535"),
        ("postgresql://app:s3cret@a,b/y?port=1,2,3", "it has 2 hosts, but 3 ports"),
        ("postgresql://app:s3cret@a,b/y?hostaddr=127.0.0.1", "it has 2 hosts, but 1 host addresses"),
        ("postgresql://app:s3cret@db/y?service=x", "it names a service"),
        ("postgresql:app:s3cret", "it has no scheme"),
    ])
    func aBadURLIsExplainedWithoutThePassword(text: String, reason: String) throws {
        let error = try #require(throws: PostgresURL.Invalid.self) { try PostgresURL(text) }
        #expect(error.reason.hasPrefix(reason))
        #expect(!error.reason.contains("s3cret"))
        #expect(!error.reason.contains("\n"))
    }

    @Test func theURLsParametersOverrideTheDefaults() throws {
        let url = try PostgresURL("postgresql://db/x?target_session_attrs=any&connect_timeout=7&keepalives_idle=9")
        let parameters = ConnectionParameters(url: url, applicationName: "test")
        #expect(parameters.timeout == 7_000_000_000)
        let values = Dictionary(
            parameters.values(for: .init(name: "db", address: "10.0.0.1", port: "5432")).map { ($0.keyword, $0.value) },
            uniquingKeysWith: { _, _ in "twice" })
        #expect(values["target_session_attrs"] == "any")
        #expect(values["keepalives_idle"] == "9")
        #expect(values["tcp_user_timeout"] == "5000")
        #expect(values["host"] == "db")
        #expect(values["hostaddr"] == "10.0.0.1")
        #expect(values["fallback_application_name"] == "test")
    }

    @Test func onlyNamesAreLookedUp() throws {
        func needsLookup(_ text: String) throws -> Bool {
            ConnectionParameters(url: try PostgresURL(text), applicationName: "").needsLookup
        }
        #expect(try needsLookup("postgresql://db/x"))
        #expect(try !needsLookup("postgresql://127.0.0.1,[::1],%2Fvar%2Frun/x"))
        #expect(try !needsLookup("postgresql://db/x?hostaddr=127.0.0.1"))
        let found = ConnectionParameters(
            url: try PostgresURL("postgresql://localhost:1,no.such.invalid:2/x"), applicationName: ""
        ).candidates()
        #expect(found.candidates.contains { $0.name == "localhost" && $0.address == "127.0.0.1" && $0.port == "1" })
        #expect(!found.candidates.contains { $0.port == "2" })
        #expect(found.reason.hasPrefix("the name no.such.invalid has no address: "))
    }

    @Test(arguments: [
        ("connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the server running?\n", true),
        ("connection to server at \"h\" failed: FATAL:  28P01: password authentication failed for user \"x\"\n", false),
        ("connection to server at \"h\" failed: FATAL:  3D000: database \"x\" does not exist\nLOCATION:  a\n", false),
        ("connection to server at \"h\" failed: FATAL:  53300: sorry, too many clients already\n", true),
        ("connection to server at \"h\" failed: FATAL:  57P03: the database system is starting up\n", true),
    ])
    func whetherAFailureIsTransientIsKnownByItsCode(message: String, isTransient: Bool) {
        let failure = ConnectionFailure(message: message)
        #expect(failure.isTransient == isTransient)
        #expect(!failure.reason.contains("\n"))
        #expect(!failure.reason.contains("LOCATION"))
        #expect(failure.reason.firstMatch(of: #/ (28P01|3D000|53300|57P03): /#) == nil)
    }
}
