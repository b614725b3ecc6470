import Brigade
import GRDB
import Testing

@testable import Recipes

/// The whole application, asked without a server.
@Suite struct RecipeApplicationTests {
    private let folder = TemporaryFolder()
    private let application: any Application

    init() throws {
        // A port that nobody listens on.
        application = try folder.application { $0.redditBaseURL = "http://127.0.0.1:1" }
    }

    private func answer(_ method: Messages.Method, _ target: String, _ body: String? = nil) async throws -> (
        Int, String
    ) {
        let fields = body == nil ? [] : [Field("content-type", "application/json")]
        let request = Request(method, target, fields: fields, body: Array((body ?? "").utf8))
        let response =
            switch try application.answer(request) {
            case .now(let response): response
            case .later(let run): try await run()
            case .blocking(_, let run): try run()
            }
        return (response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    private func execute(_ sql: String) throws {
        var configuration = Configuration()
        // The application writes now and then to see whether it can.
        configuration.busyMode = .timeout(5)
        try DatabaseQueue(path: folder.database().path, configuration: configuration).write { try $0.execute(sql: sql) }
    }

    @Test func aRecipeIsFetchedByItsID() async throws {
        let (status, body) = try await answer(.get, "/api/v1/recipes/2")
        #expect(status == 200)
        #expect(
            body
                == #"{"label":"Chicken Paprikash","source":"No Recipes","#
                + #""url":"http://norecipes.com/recipe/chicken-paprikash/","#
                + #""id":2,"submitter_id":1}"#)
    }

    @Test func aRowIsAnsweredAsItIsStored() async throws {
        try execute("INSERT INTO recipe VALUES (10, 'a/\"\\' || char(10, 0), NULL, NULL, NULL)")
        try execute("PRAGMA foreign_keys = OFF; INSERT INTO recipe VALUES (11, x'ff', 'javascript:', '', 1)")
        #expect(
            try await answer(.get, "/api/v1/recipes/10")
                == (200, #"{"label":"a/\"\\\n\u0000","source":null,"url":null,"id":10,"submitter_id":null}"#))
        #expect(
            try await answer(.get, "/api/v1/recipes/11")
                == (
                    200, "{\"label\":\"\u{FFFD}\",\"source\":\"\",\"url\":\"javascript:\",\"id\":11,\"submitter_id\":1}"
                ))
    }

    @Test(arguments: [
        ("4", "4"), ("0", "0"), ("-0", "0"), ("-1", "-1"), ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"), ("-99999999999999999999", "-99999999999999999999"),
    ])
    func whatIsNotThereIsNamed(id: String, shown: String) async throws {
        #expect(
            try await answer(.get, "/api/v1/recipes/\(id)") == (
                404, #"{"detail":"Recipe with ID \#(shown) not found"}"#
            ))
    }

    @Test(arguments: [
        ("?keyword=CHICK", [1, 2]), ("?keyword=chicken&max_results=1", [1]), ("", [1, 2, 3]),
        ("?max_results=2", [1, 2]),
        ("?max_results=0", []), ("?keyword=recipe&max_results=99999999999999999999", [3]), ("?keyword=%25%25%25", []),
    ])
    func aSearchFindsTheFirstMatches(query: String, ids: [Int]) async throws {
        let (status, body) = try await answer(.get, "/api/v1/recipes/search/\(query)")
        #expect(status == 200)
        #expect(body.hasPrefix(#"{"results":["#))
        let found = body.matches(of: #/"id":(\d+)/#).compactMap { Int($0.1) }
        #expect(found == ids)
    }

    @Test func aRecipeIsCreatedAndThenThere() async throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":1,"other":true}"#
        let stored = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","id":4,"submitter_id":1}"#
        #expect(try await answer(.post, "/api/v1/recipes/", sent) == (201, stored))
        #expect(try await answer(.get, "/api/v1/recipes/4") == (200, stored))
    }

    @Test func whoHasSeenAnAnswerIsShownNothingOlder() async throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":1}"#
        let post = Request(
            .post, "/api/v1/recipes/", fields: [Field("content-type", "application/json")], body: Array(sent.utf8))
        let host = PassHost()
        application.start(on: host)
        guard case .now(let earlier) = try application.answer(Request(.get, "/api/v1/recipes/1")),
            case .blocking(_, let create) = try application.answer(post)
        else { return _ = Issue.record("a read is answered on the loop, and a write on the pool") }
        #expect(earlier.status == .ok)
        #expect(try create().status == .created)
        // As the loop does before the answer goes out.
        host.endPass()
        guard case .now(let later) = try application.answer(Request(.get, "/api/v1/recipes/4")) else {
            return _ = Issue.record("a read is answered on the loop")
        }
        #expect(later.status == .ok)
    }

    @Test(arguments: ["7", "0", "-1", "99999999999999999999"])
    func nobodyUnknownSubmits(submitter: String) async throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":\#(submitter)}"#
        #expect(
            try await answer(.post, "/api/v1/recipes/", sent) == (
                422,
                #"{"detail":[{"type":"unknown_user","loc":["body","submitter_id"],"msg":"No user has this ID","#
                    + #""input":\#(submitter)}]}"#
            ))
        #expect(try await answer(.get, "/api/v1/recipes/4").0 == 404)
    }

    @Test func anUpstreamThatRefusesIsABadGateway() async throws {
        let bad = (502, #"{"detail":"Bad answer from reddit"}"#)
        #expect(try await answer(.get, "/api/v1/recipes/ideas/async") == bad)
        #expect(try await answer(.get, "/api/v1/recipes/ideas/") == bad)
    }

    @Test func theHomePageListsTheLowestTen() async throws {
        for id in 4...12 { try execute("INSERT INTO recipe (id, label) VALUES (\(id), 'Row \(id)')") }
        let (status, page) = try await answer(.get, "/")
        #expect(status == 200)
        #expect(page.contains("Chicken Vesuvio"))
        #expect(page.contains("Row 10"))
        #expect(!page.contains("Row 11"))
    }

    @Test func readinessFollowsTheTable() async throws {
        #expect(try await answer(.get, "/health/ready") == (200, #"{"status":"ok"}"#))
        try execute("ALTER TABLE recipe RENAME TO gone")
        #expect(try await answer(.get, "/health/ready").0 == 503)
        #expect(try await answer(.get, "/api/v1/recipes/1").0 == 500)
        #expect(try await answer(.get, "/health/live").0 == 200)
        try execute("ALTER TABLE gone RENAME TO recipe")
        #expect(try await answer(.get, "/health/ready").0 == 200)
        #expect(try await answer(.get, "/api/v1/recipes/1").0 == 200)
    }
}
