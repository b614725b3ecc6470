import Foundation
import Testing

/// Every route over a real socket: its happy path and its main errors. `ContractTests` of the reference compare the rest.
@Suite(.serialized) struct RoutesTests {
    let server: TestServer
    let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        server = try TestServer(workers: 1, environment: ["REDDIT_BASE_URL": upstream.url])
    }

    @Test func everyRouteAnswersOnOneConnection() throws {
        let client = try server.client()
        let json = ["Content-Type: application/json"]

        let recipe = try client.ask("/api/v1/recipes/1")
        #expect(recipe.status == 200)
        #expect(recipe["content-type"] == "application/json")
        #expect(
            recipe.body == #"{"label":"Chicken Vesuvio","source":"Serious Eats","#
                + #""url":"http://www.seriouseats.com/recipes/2011/12/chicken-vesuvio-recipe.html","id":1,"submitter_id":1}"#
        )
        #expect(recipe["x-process-time"].flatMap(Double.init) != nil)
        #expect(recipe["date"] != nil)

        let missing = try client.ask("/api/v1/recipes/9")
        #expect(missing.status == 404)
        #expect(missing.body == #"{"detail":"Recipe with ID 9 not found"}"#)

        let noNumber = try client.ask("/api/v1/recipes/abc")
        #expect(noNumber.status == 422)
        #expect(noNumber.body.contains(#""type":"int_parsing","loc":["path","recipe_id"]"#))

        let found = try client.ask("/api/v1/recipes/search/?keyword=TOFU&max_results=5")
        #expect(found.status == 200)
        #expect(found.body.hasPrefix(#"{"results":[{"label":"Cauliflower and Tofu Curry Recipe""#))

        let both = try client.ask("/api/v1/recipes/search/?keyword=c&max_results=-1")
        #expect(both.status == 422)
        #expect(
            both.body.contains("string_too_short") && both.body.contains("greater_than_equal"), "all errors at once")

        let created = try client.ask(
            "POST", "/api/v1/recipes/", fields: json,
            body: #"{"label":"Ramen","source":"Mum","url":"HTTPS://Example.com","submitter_id":1}"#)
        #expect(created.status == 201)
        #expect(
            created.body == #"{"label":"Ramen","source":"Mum","url":"https://example.com/","id":4,"submitter_id":1}"#)

        let wrong = try client.ask("POST", "/api/v1/recipes/", fields: json, body: #"{"label":3,"url":"x"}"#)
        #expect(wrong.status == 422)
        #expect(wrong.body.matches(of: /"type":/).count == 4)

        let home = try client.ask("/")
        #expect(home.status == 200)
        #expect(home["content-type"] == "text/html; charset=utf-8")
        #expect(home.body.contains("Ramen"))

        let head = try client.ask("HEAD", "/api/v1/recipes/1")
        #expect(head.status == 200)
        #expect(head["content-length"] == "154")
        #expect(head.body.isEmpty)

        let wrongMethod = try client.ask("DELETE", "/api/v1/recipes/1")
        #expect(wrongMethod.status == 405)
        #expect(wrongMethod["allow"] == "GET, HEAD")

        let redirect = try client.ask("/api/v1/recipes/search?keyword=tofu")
        #expect(redirect.status == 307)
        #expect(redirect["location"] == "search/?keyword=tofu")

        #expect(try client.ask("/nowhere").body == #"{"detail":"Not Found"}"#)
        #expect(try client.ask("/docs").body.contains("swagger-ui"))
        #expect(try client.ask("/openapi.json").body.hasPrefix(#"{"openapi":"3.1.0""#))
        #expect(try client.ask("/health/live").status == 200)
        #expect(try client.ask("/health/ready").status == 200)
    }

    @Test(arguments: ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"])
    func ideasComeFromTheUpstream(path: String) throws {
        upstream.release(3)
        let answer = try server.ask(path)
        let lines = #"["7: Soup (https://e.com/s)"]"#
        #expect(answer.status == 200)
        #expect(answer.body == #"{"recipes":\#(lines),"easyrecipes":\#(lines),"TopSecretRecipes":\#(lines)}"#)
    }

    @Test func theAsyncIdeasAskForAllAtOnce() throws {
        let client = try server.client()
        try client.send("GET", "/api/v1/recipes/ideas/async")
        try upstream.waitForRequests(3)  // all are here before one is answered
        upstream.release(3)
        #expect(try client.answer().status == 200)
    }

    @Test func aWorkerServesOthersWhileIdeasWait() throws {
        let waiting = try (0..<4).map { _ in try server.client() }
        for client in waiting { try client.send("GET", "/api/v1/recipes/ideas/async") }
        try upstream.waitForRequests(12)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        upstream.release(12)
        for client in waiting { #expect(try client.answer().status == 200) }
    }

    @Test func anUpstreamThatIsNotThereIsABadGateway() throws {
        let gone = try TestServer(
            workers: 1, environment: ["REDDIT_BASE_URL": "http://127.0.0.1:\(try Machine.freePort())"])
        for path in ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"] {
            let answer = try gone.ask(path)
            #expect(answer.status == 502)
            #expect(answer.body == #"{"detail":"Bad answer from reddit"}"#)
        }
    }
}
