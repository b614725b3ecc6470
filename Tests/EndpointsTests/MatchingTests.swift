import Endpoints
import Messages
import Testing

@Suite struct MatchingTests {
    @Test(arguments: [
        ("/dishes/1", #"{"id":1}"#), ("/dishes/%31", #"{"id":1}"#), ("/di%73hes/1", #"{"id":1}"#),
        ("/dishes%2F1", #"{"id":1}"#), ("/dishes/1?dish_id=2", #"{"id":1}"#), ("/dishes/1?", #"{"id":1}"#),
        ("/dishes/3/photos/2", "<p>2 of 3</p>"), ("/menu", #"{"dishes":[],"is_vegan":true,"rating":4.5}"#),
    ])
    func aDecodedPathFindsItsRoute(target: String, body: String) async throws {
        let response = try await Kitchen.answer(.get, target)
        #expect(response.status == .ok)
        #expect(response.text == body)
    }

    @Test(arguments: [
        "/nope", "/Menu", "//menu", "/dishes//1", "/dishes/1%2F2", "/", "//", "/dishes/../menu", "/dishes//",
    ])
    func anUnknownPathIs404(target: String) async throws {
        let response = try await Kitchen.answer(.get, target)
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
        let response = try await Kitchen.answer(method, target)
        #expect(response.status == .methodNotAllowed)
        #expect(response.value(of: "allow") == allow)
        #expect(response.text == #"{"detail":"Method Not Allowed"}"#)
    }

    @Test(arguments: [
        (Method.get, "/menu/", "http://localhost/menu"), (.get, "/menu///", "http://localhost/menu"),
        (.post, "/dishes", "http://localhost/dishes/"), (.put, "/dishes", "http://localhost/dishes/"),
        (.get, "/dishes/search?keyword=a%20b", "http://localhost/dishes/search/?keyword=a%20b"),
        (.get, "/dishes/search//", "http://localhost/dishes/search"),
        (.get, "/dishes/1%2F?", "http://localhost/dishes/1"),
        (.get, "/dishes/a%0D%0AX:b/", "http://localhost/dishes/a%0D%0AX:b"),
        (.get, "/dishes/a%3Fb%23c%2541%25/?q=\"<", "http://localhost/dishes/a%3Fb%23c%2541%?q=%22%3C"),
    ])
    func aSlashTooManyOrTooFewIsRedirected(method: Method, target: String, location: String) async throws {
        let response = try await Kitchen.answer(method, target)
        #expect(response.status == .temporaryRedirect)
        #expect(response.value(of: "location") == location)
        #expect(response.body.isEmpty)
    }

    @Test func aRedirectKeepsSchemeAndAuthority() async throws {
        let connection = ConnectionInfo(scheme: .https, authority: "shop.example:8443")
        let response = try await Kitchen.answer(.get, "/menu/", connection: connection)
        #expect(response.value(of: "location") == "https://shop.example:8443/menu")
    }

    @Test func headIsAnsweredAsGet() async throws {
        let (head, get) = (try await Kitchen.answer(.head, "/dishes/1"), try await Kitchen.answer(.get, "/dishes/1"))
        #expect(head.status == .ok)
        #expect(head.fields == get.fields)
    }

    @Test(arguments: [Method.get, .head])
    func thePagesOfTheDocumentationAreThere(method: Method) async throws {
        for (path, type) in [
            ("/openapi.json", "application/json"), ("/docs", "text/html; charset=utf-8"),
            ("/redoc", "text/html; charset=utf-8"),
        ] {
            let response = try await Kitchen.answer(method, path)
            #expect(response.status == .ok)
            #expect(response.value(of: "content-type") == type)
        }
    }
}
