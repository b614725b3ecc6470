import Endpoints
import Messages
import Synchronization
import Testing

@Suite struct AsyncDependencyTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private let log = Log()
    private let user: Dependency<String>
    private let api: API

    init() {
        let log = log
        let token = Dependency(Header("x-token", String.self, .length(3...))) { token in
            log.add("token")
            return token
        }
        let user = Dependency(token, Query("loud", default: false)) { token, loud async throws in
            await Task.yield()
            log.add("user")
            if token == "bad" { throw HTTPError(.unauthorized, "No such token") }
            return loud ? token.uppercased() : token
        }
        let greeting = Dependency(user, Query("word", default: "Hello")) { user, word async in
            log.add("greeting")
            return "\(word), \(user)"
        }
        var api = API(title: "t", version: "1")
        api.get("/all/{id}", name: "all", greeting, Path("id", Int.self), user, token) {
            "\($0) \($1) \($2) \($3)"
        }
        (self.user, self.api) = (user, api)
    }

    private func get(_ target: String, _ api: API? = nil, token: String? = "ann") async throws -> Response {
        let fields = token.map { [Field("x-token", $0)] } ?? []
        return try await SampleAPI.answer((api ?? self.api).build(), Request(.get, target, fields: fields))
    }

    @Test func aDependencyIsAwaitedOncePerRequest() async throws {
        #expect(try await get("/all/7?loud=1&word=Hi").text == #""Hi, ANN 7 ANN ann""#)
        #expect(log.all == ["token", "user", "greeting"])
    }

    @Test func whatItThrowsIsAnswered() async throws {
        #expect(try await get("/all/7", token: "bad").text == #"{"detail":"No such token"}"#)
        #expect(log.all == ["token", "user"])
    }

    @Test func anInvalidRequestAwaitsNothing() async throws {
        let response = try await get("/all/x?loud=x", token: "ab")
        #expect(
            try response.issues == [
                #"int_parsing ["path","id"]"#, #"bool_parsing ["query","loud"]"#,
                #"string_too_short ["header","x-token"]"#,
            ])
        #expect(try await get("/all/x").status == .unprocessableContent)
        #expect(log.all == [])
    }

    @Test func theParametersOfADependencyAreInTheDocument() throws {
        guard case .array(let parameters)? = try api.openAPIDocument()["paths"]?["/all/{id}"]?["get"]?["parameters"]
        else {
            Testing.Issue.record("no parameters")
            return
        }
        #expect(parameters.map { $0["name"] } == ["x-token", "loud", "word", "id"])
    }

    @Test func aTestMayOverrideADependency() async throws {
        var api = api
        api.override(user) { "test" }
        #expect(try await get("/all/1", api).text == #""Hello, test 1 test ann""#)
        #expect(try await get("/all/1", api, token: nil).issues == [#"missing ["header","x-token"]"#])
        #expect(log.all == ["greeting", "token"])
    }
}
