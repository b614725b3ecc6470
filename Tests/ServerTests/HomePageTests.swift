import Testing

/// The home page's form, posted to the built server.
@Suite struct HomePageTests {
    private let server: TestServer

    init() throws {
        server = try TestServer(workers: 1)
    }

    private func post(_ body: String, _ fields: [String] = []) throws -> Client.Answer {
        let form = "Content-Type: application/x-www-form-urlencoded"
        return try server.ask("POST", "/recipes", fields: [form] + fields, body: body)
    }

    private let soup = "submitter_id=1&label=Soup&source=Ann&url=https://e.com"

    @Test func aRecipeIsAddedByAFormAndShown() throws {
        let answer = try post(soup, ["Origin: http://127.0.0.1"])
        #expect(answer.status == 303)
        #expect(answer["location"] == "./?added=4#added")
        #expect(try server.ask("/?added=4").body.contains("“Soup” was added as No. 4."))
        #expect(try server.ask("/api/v1/recipes/4").body.contains(#""submitter_id":1"#))
    }

    @Test func aFormThatIsWrongComesBack() throws {
        let answer = try post("submitter_id=1&label=Soup&source=&url=soup")
        #expect(answer.status == 422)
        #expect(answer["content-type"] == "text/html; charset=utf-8")
        #expect(answer.body.contains("Say who it is from."))
        #expect(answer.body.contains("Write it like https://example.com/soup"))
        #expect(try server.ask("/api/v1/recipes/4").status == 404)
    }

    @Test func aFormOfAnotherSiteAddsNothing() throws {
        for field in ["Sec-Fetch-Site: cross-site", "Origin: https://elsewhere.example", "Origin: null"] {
            #expect(try post(soup, [field]).status == 403)
        }
        #expect(try server.ask("/api/v1/recipes/4").status == 404)
    }

    @Test func thePathOfTheFormHasItsMethods() throws {
        let refusal = try server.ask("PUT", "/recipes")
        #expect(refusal.status == 405)
        #expect(refusal["allow"] == "GET, HEAD, POST")
        #expect(try server.ask("GET", "/recipes")["location"] == "./#add")
    }
}
