import Endpoints
import Messages
import Testing

@Suite struct MiddlewareTests {
    /// The same middleware twice: inline and async.
    private struct Stamp: InlineMiddleware {
        let name: String

        func after(_ response: inout Response, _ context: Context) {
            let names = (response.header("x-stamp").map { $0 + " " } ?? "") + name
            response.fields.removeAll { $0.name == "x-stamp" }
            response.fields.append(Field("x-stamp", names))
        }
    }

    private struct SlowStamp: Middleware {
        let name: String

        func handle(_ context: Context, next: Next) async throws -> Response {
            await Task.yield()
            var response = try await next(context)
            await Task.yield()
            Stamp(name: name).after(&response, context)
            return response
        }
    }

    private struct Closed: InlineMiddleware {
        func before(_ context: Context) -> Response? {
            context.request.header("x-key") == nil ? Response(.unauthorized) : nil
        }
    }

    /// - Parameter awaits: whether the outer and the inner middleware are async.
    private func api(_ awaits: [Bool]) -> API {
        var api = SampleAPI.api
        for (name, awaits) in zip(["outer", "inner"], awaits) {
            if awaits { api.use(SlowStamp(name: name)) } else { api.use(Stamp(name: name)) }
        }
        return api
    }

    private static let kinds = [[false, false], [true, true], [false, true], [true, false]]

    @Test(
        arguments: [
            "/dishes/1", "/dishes/404", "/dishes/x", "/menu", "/menu?fail=1", "/menu/", "/nowhere", "/openapi.json",
        ], kinds)
    func middlewareSeesEveryResponseTheFirstBeingTheOutermost(target: String, awaits: [Bool]) async throws {
        let response = try await SampleAPI.answer(api(awaits).build(), Request(.get, target))
        let plain = try await SampleAPI.answer(.get, target)
        #expect(response.header("x-stamp") == "inner outer")
        #expect(response.status == plain.status && response.body == plain.body)
    }

    @Test(arguments: kinds) func middlewareSeesResponsesOfThePoolAndRejections(awaits: [Bool]) async throws {
        let good = #"{"title":"Ramen","page":"https://example.com","portions":2}"#
        let fields = [Field("content-type", "application/json")]
        let created = Request(.post, "/dishes/", fields: fields, body: Array(good.utf8))
        #expect(try await SampleAPI.answer(api(awaits).build(), created).header("x-stamp") == "inner outer")
        let refused = try await SampleAPI.answer(api(awaits).build(), Request(.put, "/menu"))
        #expect(refused.status == .methodNotAllowed && refused.header("x-stamp") == "inner outer")
    }

    @Test(arguments: kinds) func middlewareSeesTheResponseToAnUnexpectedError(awaits: [Bool]) async throws {
        struct Broken: Error {}
        var api = api(awaits)
        api.get("/broken") { () throws -> String in throw Broken() }
        api.get("/broken/later") { () async throws -> String in throw Broken() }
        for path in ["/broken", "/broken/later"] {
            let response = try await SampleAPI.answer(api.build(), Request(.get, path))
            #expect(response.status == .internalServerError && response.header("x-stamp") == "inner outer")
        }
    }

    @Test(arguments: kinds) func theServersOwnResponsesPassAllMiddleware(awaits: [Bool]) async throws {
        let refusal = Response(.contentTooLarge, body: [1])
        let answer = try api(awaits).build().decorate(refusal, for: Request(.post, "/dishes/"))
        let response = try await SampleAPI.response(answer)
        #expect(response.header("x-stamp") == "inner outer")
        #expect(response.status == .contentTooLarge && response.body == [1])
    }

    @Test func inlineMiddlewareCostsNoTask() throws {
        var api = API(title: "t")
        api.use(Stamp(name: "a"))
        api.get("/a", run: .inline) { "a" }
        guard case .now = try api.build().answer(Request(.get, "/a")) else {
            Testing.Issue.record("not at once")
            return
        }
    }

    @Test func theServersOwnResponsesHaveCORSFields() async throws {
        var api = SampleAPI.api
        api.use(CORS(origins: .only(["https://shop.example"])))
        let request = Request(.post, "/dishes/", fields: [Field("origin", "https://shop.example")])
        let response = try await SampleAPI.response(api.build().decorate(Response(.serviceUnavailable), for: request))
        #expect(response.header("access-control-allow-origin") == "https://shop.example")
    }

    @Test func errorsOfMiddlewareAreAnsweredLikeThoseOfHandlers() async throws {
        struct Early: InlineMiddleware {
            func before(_ context: Context) throws -> Response? { throw HTTPError(.unauthorized, "early") }
        }
        struct Late: Middleware {
            func handle(_ context: Context, next: Next) async throws -> Response {
                _ = try await next(context)
                throw HTTPError(.conflict, "late")
            }
        }
        for (middleware, text) in [(Early() as any Middleware, "early"), (Late(), "late")] {
            var api = API(title: "t")
            api.use(Stamp(name: "outer"))
            api.use(middleware)
            api.get("/a") { "a" }
            let response = try await SampleAPI.answer(api.build(), Request(.get, "/a"))
            #expect(response.text == #"{"detail":"\#(text)"}"# && response.header("x-stamp") == "outer")
        }
    }

    @Test func routersAndEndpointsHaveTheirOwnMiddleware() async throws {
        var api = API(title: "t")
        api.use(Stamp(name: "api"))
        api.group("/shop") { shop in
            shop.get("/before") { "a" }
            shop.use(SlowStamp(name: "shop"))
            shop.get("/a", middleware: [Stamp(name: "route")]) { "a" }
            shop.get("/b") { "b" }
        }
        let application = try api.build()
        for (path, names) in [
            ("/shop/a", "route shop api"), ("/shop/b", "shop api"), ("/shop/before", "api"), ("/shop/c", "api"),
        ] {
            #expect(try await SampleAPI.answer(application, Request(.get, path)).header("x-stamp") == names)
        }
    }

    @Test func middlewareMayPassOnAnotherRequest() async throws {
        struct Rewrite: Middleware {
            func handle(_ context: Context, next: Next) async throws -> Response {
                try await next(context.with(Request(.get, "/a/7?q=new")))
            }
        }
        var api = API(title: "t")
        api.get("/a/{id}", middleware: [Rewrite()], Path("id", Int.self), Query("q", String.self)) { "\($0) \($1)" }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/a/6?q=old")).text == #""6 new""#)
    }

    @Test func middlewareMayAnswerItself() async throws {
        var api = SampleAPI.api
        api.use(Closed())
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/dishes/1")).status == .unauthorized)
        let request = Request(.get, "/dishes/1", fields: [Field("x-key", "1")])
        #expect(try await SampleAPI.answer(api.build(), request).status == .ok)
    }

    @Test func theContentModeIsTheEndpoints() throws {
        var api = API(title: "t")
        api.use(SlowStamp(name: "outer"))
        api.post("/upload", StreamingBody(limit: 7)) { _ in Response(.ok) }
        #expect(try api.build().contentMode(for: RequestHead(.post, "/upload")) == .stream(limit: 7))
    }
}
