import Endpoints
import Messages
import Testing

@Suite struct MiddlewareTests {
    private struct Stamp: Middleware {
        let name: String

        func answer(_ request: Request, next: (Request) throws -> Answer) throws -> Answer {
            try next(request).map { response in
                let names = (response.value(of: "x-stamp").map { $0 + " " } ?? "") + name
                return Response(response.status, fields: [Field("x-stamp", names)], body: response.body)
            }
        }
    }

    private struct Closed: Middleware {
        func answer(_ request: Request, next: (Request) throws -> Answer) throws -> Answer {
            request.value(of: "x-key") == nil ? .now(Response(.unauthorized)) : try next(request)
        }
    }

    private var api: API {
        var api = Kitchen.api
        api.add(Stamp(name: "outer"))
        api.add(Stamp(name: "inner"))
        return api
    }

    @Test(arguments: [
        "/dishes/1", "/dishes/404", "/dishes/x", "/menu", "/menu?fail=1", "/menu/", "/nowhere", "/openapi.json",
    ])
    func everyAnswerIsSeenTheFirstMiddlewareBeingTheOutermost(target: String) async throws {
        let response = try await Kitchen.answer(api.build(), Request(.get, target))
        let plain = try await Kitchen.answer(.get, target)
        #expect(response.value(of: "x-stamp") == "inner outer")
        #expect(response.status == plain.status && response.body == plain.body)
    }

    @Test func anAnswerOfThePoolAndARefusalAreSeen() async throws {
        let good = #"{"title":"Ramen","page":"https://example.com","portions":2}"#
        let fields = [Field("content-type", "application/json")]
        let created = Request(.post, "/dishes/", fields: fields, body: Array(good.utf8))
        #expect(try await Kitchen.answer(api.build(), created).value(of: "x-stamp") == "inner outer")
        let refused = try await Kitchen.answer(api.build(), Request(.put, "/menu"))
        #expect(refused.status == .methodNotAllowed && refused.value(of: "x-stamp") == "inner outer")
    }

    @Test func aMiddlewareMayAnswerItself() async throws {
        var api = Kitchen.api
        api.add(Closed())
        #expect(try await Kitchen.answer(api.build(), Request(.get, "/dishes/1")).status == .unauthorized)
        let request = Request(.get, "/dishes/1", fields: [Field("x-key", "1")])
        #expect(try await Kitchen.answer(api.build(), request).status == .ok)
    }

    @Test func whatIsAroundLetsTheRestThrough() async throws {
        var api = API(title: "t", version: "1")
        api.add(Stamp(name: "outer"))
        api.post("/upload", name: "upload", "", BodyStream(limit: 7)) { _ in Response(.ok) }
        try await confirmation(expectedCount: 2) { called in
            let application = try api.build(stop: { called() }, passEnded: { called() })
            #expect(application.content(of: RequestHead(.post, "/upload")) == .stream(limit: 7))
            application.passEnded()
            await application.stop()
        }
    }
}
