import Endpoints
import Messages
import Synchronization
import Testing

@Suite struct DependencyTests {
    /// Counts how often a dependency is made.
    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }

    private struct User: Sendable, Equatable {
        let name: String
        let isAdmin: Bool
    }

    private let counter = Counter()
    private let user: Dependency<User>
    private let admin: Dependency<User>
    private let api: API

    init() {
        let counter = counter
        let user = Dependency(Header("x-token", String.self, .length(3...)), Query("loud", default: false)) {
            token, loud in
            if token == "bad" { throw HTTPError(.unauthorized, "No such token") }
            return User(name: loud ? token.uppercased() : token, isAdmin: counter.next() > 0 && token == "root")
        }
        let admin = Dependency(user) { user in
            guard user.isAdmin else { throw HTTPError(.notFound) }
            return user
        }
        var api = API(title: "t", version: "1")
        api.get("/me", name: "me", user) { $0.name }
        api.get("/both/{id}", name: "both", admin, Path("id", Int.self), user) { "\($0.name) \($1) \($2.name)" }
        api.get("/pool", name: "pool", user) { $0.name }
        api.get("/later", name: "later", user) { user async in user.name }
        (self.user, self.admin, self.api) = (user, admin, api)
    }

    private func get(_ target: String, _ api: API? = nil, token: String? = nil) async throws -> Response {
        let fields = token.map { [Field("x-token", $0)] } ?? []
        return try await SampleAPI.answer((api ?? self.api).build(), Request(.get, target, fields: fields))
    }

    @Test(arguments: ["/me", "/pool", "/later"])
    func aDependencyIsMadeFromParameters(path: String) async throws {
        #expect(try await get(path, token: "ann").text == #""ann""#)
        #expect(try await get(path + "?loud=1", token: "ann").text == #""ANN""#)
    }

    @Test func aDependencyIsMadeOncePerRequest() async throws {
        #expect(try await get("/both/7", token: "root").text == #""root 7 root""#)
        #expect(counter.value == 1)
        _ = try await get("/both/7", token: "root")
        #expect(counter.value == 2)
    }

    @Test func whatItThrowsIsAnswered() async throws {
        #expect(try await get("/me", token: "bad").text == #"{"detail":"No such token"}"#)
        #expect(try await get("/later", token: "bad").status == .unauthorized)
        #expect(try await get("/both/7", token: "ann").status == .notFound)
    }

    @Test func issuesOfADependencyAreReportedOnceWithTheOthers() async throws {
        let response = try await get("/both/x?loud=x", token: "ab")
        #expect(
            try response.issues == [
                #"int_parsing ["path","id"]"#, #"bool_parsing ["query","loud"]"#,
                #"string_too_short ["header","x-token"]"#,
            ])
        #expect(counter.value == 0)
    }

    @Test(arguments: ["/", "/group"])
    func issuesOfADependencyThatTwoShareAreReportedOnce(path: String) async throws {
        let greeting = Dependency(user) { "Hello, \($0.name)" }
        var api = API(title: "t", version: "1")
        api.get("/", admin, greeting) { "\($0.name) \($1)" }
        api.group("/group", dependencies: admin) { $0.get("", greeting) { $0 } }
        let response = try await get(path, api, token: "ab")
        #expect(try response.issues == [#"string_too_short ["header","x-token"]"#])
    }

    @Test func theParametersOfADependencyAreInTheDocumentOnce() throws {
        let operation = try api.openAPIDocument()["paths"]?["/both/{id}"]?["get"]
        guard case .array(let parameters)? = operation?["parameters"] else {
            Testing.Issue.record("no parameters")
            return
        }
        #expect(parameters.map { $0["name"] } == ["x-token", "loud", "id"])
        #expect(parameters.map { $0["in"] } == ["header", "query", "path"])
        #expect(operation?["responses"]?["422"] != nil)
    }

    @Test func aTestMayOverrideADependency() async throws {
        var api = api
        api.override(user) { User(name: "test", isAdmin: true) }
        #expect(try await get("/me", api).text == #""test""#)
        #expect(try await get("/both/1", api).text == #""test 1 test""#)
        #expect(counter.value == 0)
        #expect(try await get("/me").status == .unprocessableContent)
        #expect(try api.openAPIDocument() == self.api.openAPIDocument())
        api.override(admin) { throw HTTPError(.serviceUnavailable) }
        #expect(try await get("/both/1", api).status == .serviceUnavailable)
    }

    @Test func aDependencyMayHaveTheBody() async throws {
        var api = API(title: "t", version: "1")
        let sum = Dependency(Body([Int].self)) { $0.reduce(0, +) }
        api.post("/sum", name: "sum", sum, sum) { "\($0) \($1)" }
        let fields = [Field("content-type", "application/json")]
        let request = Request(.post, "/sum", fields: fields, body: Array("[1,2]".utf8))
        #expect(try await SampleAPI.answer(api.build(), request).text == #""3 3""#)
        #expect(try api.openAPIDocument()["paths"]?["/sum"]?["post"]?["requestBody"]?["required"] == true)
    }

    @Test func wouldBlockMakesADependencyOnThePoolOnce() async throws {
        var api = API(title: "t", version: "1")
        let counter = counter
        let first = Dependency(run: .inline) { counter.next() }
        let second = Dependency(first, run: .inline) { number in
            if !Waiting.isAllowed { throw WouldBlock() }
            return number
        }
        api.get("/a", name: "a", first, second, run: .inline) { "\($0) \($1)" }
        guard case .blocking(_, let respond) = try api.build().answer(Request(.get, "/a")) else {
            Testing.Issue.record("not on the pool")
            return
        }
        #expect(try Waiting.$isAllowed.withValue(true) { try respond() }.text == #""1 1""#)
    }

    /// A host that counts blocking work, and runs it at once.
    private struct CountingHost: ApplicationHost {
        let counter: Counter

        func runBlocking(
            _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
        ) -> Bool {
            _ = counter.next()
            work()
            return true
        }

        func afterPass(_ body: @escaping @Sendable () -> Void) {}

        func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task {} }
    }

    @Test(arguments: ["/inline", "/async"]) func aBlockingDependencyDoesNotBlockTheLoop(path: String) async throws {
        let blocks = Dependency { "a" }
        let inline = Dependency(blocks, run: .inline) { $0 }
        var api = API(title: "t")
        api.get("/inline", inline, run: .inline) { $0 }
        api.get("/async", inline) { text async in text }
        let application = try api.build()
        application.start(on: CountingHost(counter: counter))
        guard case .later(let respond) = try application.answer(Request(.get, path)) else {
            Testing.Issue.record("not awaited")
            return
        }
        #expect(try await respond().text == #""a""# && counter.value == 1)
    }

    @Test func dependenciesOfRoutersAreMadeOnce() async throws {
        var api = API(title: "t")
        let counter = counter
        let user = Dependency(Header("x-token", String.self)) { token in
            if token == "bad" { throw HTTPError(.unauthorized) }
            return "\(token) \(counter.next())"
        }
        let later = Dependency(user) { user async in user }
        api.group("/admin", dependencies: later, Query("dry", default: false)) { admin in
            admin.get("/count/{id}", Path("id", Int.self)) { $0 }
            admin.get("/me", user) { $0 }
        }
        let application = try api.build()
        func get(_ target: String, _ token: String?) async throws -> Response {
            let fields = token.map { [Field("x-token", $0)] } ?? []
            return try await SampleAPI.answer(application, Request(.get, target, fields: fields))
        }
        #expect(try await get("/admin/count/7", "ann").text == "7")
        #expect(try await get("/admin/me", "ann").text == #""ann 2""#)
        #expect(try await get("/admin/count/7", "bad").status == .unauthorized)
        // All issues at once, also those of the routers' dependencies.
        let issues = try await get("/admin/count/x?dry=x", nil).issues
        #expect(
            issues == [
                #"int_parsing ["path","id"]"#, #"bool_parsing ["query","dry"]"#, #"missing ["header","x-token"]"#,
            ])
        guard case .array(let parameters)? = try api.openAPIDocument()["paths"]?["/admin/me"]?["get"]?["parameters"]
        else {
            Testing.Issue.record("no parameters")
            return
        }
        #expect(parameters.map { $0["name"] } == ["x-token", "dry"])
    }
}

private enum Waiting {
    @TaskLocal static var isAllowed = false
}
