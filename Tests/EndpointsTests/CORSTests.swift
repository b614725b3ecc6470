import Endpoints
import Messages
import Testing

/// The expected responses are those of Starlette's CORSMiddleware to the same requests.
@Suite struct CORSTests {
    enum Policy: CaseIterable {
        case tutorial, any, anyWithCredentials, few

        fileprivate var middleware: CORS {
            switch self {
            case .tutorial:
                CORS(
                    origins: .only(["https://a.example", "http://b:3000"]), methods: .any, headers: .any,
                    allowsCredentials: true)
            case .any: CORS(origins: .any)
            case .anyWithCredentials: CORS(origins: .any, headers: .any, allowsCredentials: true)
            case .few:
                CORS(
                    origins: .only(["https://a.example"]), methods: .only(["GET", "PUT"]), headers: .only(["X-Token"]),
                    exposedHeaders: ["x-process-time", "etag"], maxAge: .seconds(5))
            }
        }
    }

    private func answer(_ policy: Policy, _ method: Messages.Method, _ fields: [Field], _ query: String = "")
        async throws
        -> Response
    {
        var api = API(title: "t", version: "1")
        api.use(policy.middleware)
        api.get("/", name: "home") {
            Response(.ok, fields: [Field("vary", "accept"), Field("access-control-allow-origin", "own")])
        }
        api.get("/later", name: "later") { () async in "x" }
        api.get("/pool", name: "pool") { () throws -> String in throw HTTPError(.notFound) }
        return try await SampleAPI.answer(api.build(), Request(method, "/" + query, fields: fields))
    }

    private func preflight(_ origin: String, _ method: String = "GET", _ headers: String? = nil) -> [Field] {
        [Field("origin", origin), Field("access-control-request-method", method)]
            + (headers.map { [Field("access-control-request-headers", $0)] } ?? [])
    }

    @Test(arguments: [
        (Policy.tutorial, nil, ["access-control-allow-origin: own"]),
        (
            .tutorial, "https://a.example",
            ["access-control-allow-credentials: true", "access-control-allow-origin: https://a.example"]
        ),
        (.tutorial, "http://evil", ["access-control-allow-credentials: true", "access-control-allow-origin: own"]),
        (
            .tutorial, "https://a.example/",
            ["access-control-allow-credentials: true", "access-control-allow-origin: own"]
        ),
        (.any, "http://evil", ["access-control-allow-origin: *"]),
        (
            .anyWithCredentials, "null",
            ["access-control-allow-credentials: true", "access-control-allow-origin: null"]
        ),
        (
            .few, "https://a.example",
            ["access-control-allow-origin: https://a.example", "access-control-expose-headers: x-process-time, etag"]
        ),
    ])
    func responsesNameTheAllowedOrigin(policy: Policy, origin: String?, expected: [String]) async throws {
        let response = try await answer(policy, .get, origin.map { [Field("origin", $0)] } ?? [])
        let fields = response.fields.map { "\($0.name): \($0.value)" }.sorted()
        #expect(fields == expected + ["vary: accept, Origin"])
    }

    @Test(arguments: ["", "later", "pool", "nowhere", "later/"])
    func everyKindOfResponseHasTheFields(path: String) async throws {
        let response = try await answer(.tutorial, .get, [Field("origin", "http://b:3000")], path)
        #expect(response.header("access-control-allow-origin") == "http://b:3000")
        #expect(response.header("vary")?.hasSuffix("Origin") == true)
    }

    @Test func anOptionsRequestThatIsNotAPreflightReachesTheEndpoint() async throws {
        let response = try await answer(.tutorial, .options, [Field("origin", "http://b:3000")])
        #expect(response.status == .methodNotAllowed)
        #expect(response.header("access-control-allow-origin") == "http://b:3000")
        #expect(
            try await answer(.tutorial, .options, preflight("http://b:3000").dropLast()).status == .methodNotAllowed)
    }

    @Test(arguments: [
        (Policy.tutorial, "https://a.example", "GET", nil, "OK"), (.tutorial, "http://evil", "GET", nil, "origin"),
        (.tutorial, "https://a.example", "PATCH", "X-Token, content-type", "OK"),
        (.tutorial, "null", "NOPE", "x-other", "origin, method"),
        (.any, "http://evil", "GET", nil, "OK"), (.any, "null", "PATCH", "x-other", "method, headers"),
        (.any, "null", "GET", "ACCEPT , content-type", "OK"), (.any, "null", "GET", "", "headers"),
        (.few, "https://a.example", "PUT", "x-token", "OK"), (.few, "null", "NOPE", "x", "origin, method, headers"),
    ])
    func aRejectedPreflightSaysWhy(
        policy: Policy, origin: String, method: String, headers: String?, words: String
    ) async throws {
        let response = try await answer(policy, .options, preflight(origin, method, headers))
        #expect(response.text == (words == "OK" ? "OK" : "Disallowed CORS " + words))
        #expect(response.status == (words == "OK" ? .ok : .badRequest))
        #expect(response.header("content-type") == "text/plain; charset=utf-8")
    }

    @Test func aPreflightListsWhatIsAllowed() async throws {
        let tutorial = try await answer(.tutorial, .options, preflight("https://a.example", "PATCH", "X-Token"))
        let vary =
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"
        #expect(tutorial.header("vary") == vary)
        #expect(tutorial.header("access-control-allow-origin") == "https://a.example")
        #expect(tutorial.header("access-control-allow-credentials") == "true")
        #expect(tutorial.header("access-control-allow-headers") == "X-Token")
        let methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"
        #expect(tutorial.header("access-control-allow-methods") == methods)
        #expect(tutorial.header("access-control-max-age") == "600")

        let few = try await answer(.few, .options, preflight("null"))
        let headers = "Accept, Accept-Language, Content-Language, Content-Type, X-Token"
        #expect(few.header("access-control-allow-headers") == headers)
        #expect(few.header("access-control-allow-origin") == nil)
        #expect(few.header("access-control-allow-credentials") == nil)
        #expect(few.header("access-control-max-age") == "5")
    }

    @Test func privateNetworkAccessIsRejected() async throws {
        let fields = preflight("null") + [Field("access-control-request-private-network", "true")]
        #expect(try await answer(.any, .options, fields).text == "Disallowed CORS private-network")
    }
}
