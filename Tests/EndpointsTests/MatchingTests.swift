import Endpoints
import Messages
import Testing

@Suite struct MatchingTests {
    @Test(arguments: [
        ("/dishes/1", #"{"id":1}"#), ("/dishes/%31", #"{"id":1}"#), ("/di%73hes/1", #"{"id":1}"#),
        ("/dishes%2F1", #"{"id":1}"#), ("/dishes/1?dish_id=2", #"{"id":1}"#), ("/dishes/1?", #"{"id":1}"#),
        ("/dishes/3/photos/2", "<p>2 of 3</p>"), ("/menu", #"{"dishes":[],"is_vegan":true,"rating":4.5}"#),
    ])
    func pathsAreMatchedAfterDecoding(target: String, body: String) async throws {
        let response = try await SampleAPI.answer(.get, target)
        #expect(response.status == .ok)
        #expect(response.text == body)
    }

    @Test(arguments: [
        "/nope", "/Menu", "//menu", "/dishes//1", "/dishes/1%2F2", "/", "//", "/dishes/../menu", "/dishes//",
    ])
    func anUnknownPathIs404(target: String) async throws {
        let response = try await SampleAPI.answer(.get, target)
        #expect(response.status == .notFound)
        #expect(response.text == #"{"detail":"Not Found"}"#)
    }

    @Test(arguments: [
        (Method.post, "/menu", "GET, HEAD"), (.options, "/menu", "GET, HEAD"), (.put, "/dishes/", "POST"),
        (.patch, "/dishes/1", "GET, HEAD, DELETE"), (.post, "/docs", "GET, HEAD"),
        (Method(rawValue: "get"), "/menu", "GET, HEAD"),
        (.post, "/dishes/search", "GET, HEAD, DELETE"),
    ])
    func anotherMethodIs405(method: Method, target: String, allow: String) async throws {
        let response = try await SampleAPI.answer(method, target)
        #expect(response.status == .methodNotAllowed)
        #expect(response.header("allow") == allow)
        #expect(response.text == #"{"detail":"Method Not Allowed"}"#)
    }

    @Test(arguments: [
        (Method.get, "/menu/", "../menu"), (.post, "/dishes", "dishes/"), (.put, "/dishes", "dishes/"),
        (.get, "/dishes/search?keyword=a%20b", "search/?keyword=a%20b"),
        (.get, "/menu/?a=b&a=%zz?c|", "../menu?a=b&a=%zz?c%7C"),
        // Clients do not agree on what is before an empty segment.
        (.get, "/menu///", "/menu"), (.get, "/dishes/search//", "/dishes/search"), (.get, "/menu/%2F/", "../../menu"),
        (.get, "/dishes/1%2F?", "1"), (.get, "/dishes/1%2f/", "../1"), (.get, "/dishes/1/%2F", "../1"),
        (.get, "/dishes/1%2F%2F", "1"), (.get, "/di%73hes", "di%73hes/"),
        // The request's own bytes, but for those that no URL may hold.
        (.get, "/dishes/100%25/", "../100%25"), (.get, "/dishes/100%/", "../100%25"),
        (.get, "/dishes/a%0D%0AX:b/", "../a%0D%0AX:b"),
        (.get, "/dishes/a%3Fb%23c%2541%25/?q=\"<", "../a%3Fb%23c%2541%25?q=%22%3C"),
        (.get, "/dishes/\\\\evil.example/", "../%5C%5Cevil.example"),
        // Neither a scheme nor a host.
        (.get, "/dishes/a:b%2F", "./a:b"), (.get, "/dishes/javascript:x%2F", "./javascript:x"),
    ])
    func aSlashTooManyOrTooFewIsRedirected(method: Method, target: String, location: String) async throws {
        let response = try await SampleAPI.answer(method, target)
        #expect(response.status == .temporaryRedirect)
        #expect(response.header("location") == location)
        #expect(response.body.isEmpty)
    }

    @Test func optionsOfTheServerListsAllMethods() async throws {
        let response = try await SampleAPI.answer(.options, "*")
        #expect(response.status == .ok)
        #expect(response.header("allow") == "GET, HEAD, POST, DELETE, OPTIONS")
        #expect(response.body.isEmpty)
    }

    @Test func headIsAnsweredAsGet() async throws {
        let (head, get) = (
            try await SampleAPI.answer(.head, "/dishes/1"), try await SampleAPI.answer(.get, "/dishes/1")
        )
        #expect(head.status == .ok)
        #expect(head.fields == get.fields)
    }

    @Test(arguments: [Method.get, .head])
    func theDocumentationPagesAreServed(method: Method) async throws {
        for (path, type) in [
            ("/openapi.json", "application/json"), ("/docs", "text/html; charset=utf-8"),
            ("/redoc", "text/html; charset=utf-8"),
        ] {
            let response = try await SampleAPI.answer(method, path)
            #expect(response.status == .ok)
            #expect(response.header("content-type") == type)
        }
    }
}
