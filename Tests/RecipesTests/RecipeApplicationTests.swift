import Brigade
import Dispatch
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Recipes

/// The whole application without a server.
@Suite struct RecipeApplicationTests {
    private let directory = TemporaryDirectory()
    private let application: any Application

    init() throws {
        // No process listens on this port.
        application = try directory.application { $0.redditBaseURL = "http://127.0.0.1:1" }
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
        // The application may be probing the disk.
        configuration.busyMode = .timeout(5)
        try DatabaseQueue(path: directory.database().path, configuration: configuration).write {
            try $0.execute(sql: sql)
        }
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

    @Test func aRowIsAnsweredAsStored() async throws {
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
    func aMissingRecipeIsNamed(id: String, shown: String) async throws {
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

    @Test func aCreatedRecipeCanBeFetched() async throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":1,"other":true}"#
        let stored = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","id":4,"submitter_id":1}"#
        #expect(try await answer(.post, "/api/v1/recipes/", sent) == (201, stored))
        #expect(try await answer(.get, "/api/v1/recipes/4") == (200, stored))
    }

    // Not async: the reads must be on one thread, the loop's.
    @Test func aReadAfterAWriteSeesTheWrite() throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":1}"#
        let post = Request(
            .post, "/api/v1/recipes/", fields: [Field("content-type", "application/json")], body: Array(sent.utf8))
        let host = ManualHost()
        application.start(on: host)
        guard case .now(let earlier) = try application.answer(Request(.get, "/api/v1/recipes/1")),
            case .later(let create) = try application.answer(post)
        else { return _ = Issue.record("a read is answered on the loop, and a write later") }
        #expect(earlier.status == .ok)
        let isWritten = DispatchSemaphore(value: 0)
        let status = Mutex<Status?>(nil)
        Task.detached {
            let response = try? await create()
            status.withLock { $0 = response?.status }
            isWritten.signal()
        }
        isWritten.wait()
        #expect(status.withLock { $0 } == .created)
        // The loop ends a pass before it sends the responses.
        host.endPass()
        guard case .now(let later) = try application.answer(Request(.get, "/api/v1/recipes/4")) else {
            return _ = Issue.record("a read is answered on the loop")
        }
        #expect(later.status == .ok)
    }

    @Test(arguments: ["7", "0", "-1", "99999999999999999999"])
    func anUnknownSubmitterIsRejected(submitter: String) async throws {
        let sent = #"{"label":"Soup","source":"Ann","url":"https://e.com/soup","submitter_id":\#(submitter)}"#
        #expect(
            try await answer(.post, "/api/v1/recipes/", sent) == (
                422,
                #"{"detail":[{"type":"unknown_user","loc":["body","submitter_id"],"msg":"No user has this ID","#
                    + #""input":\#(submitter)}]}"#
            ))
        #expect(try await answer(.get, "/api/v1/recipes/4").0 == 404)
    }

    @Test func anUnreachableRedditIsABadGateway() async throws {
        let bad = (502, #"{"detail":"Bad answer from reddit"}"#)
        #expect(try await answer(.get, "/api/v1/recipes/ideas/async") == bad)
        #expect(try await answer(.get, "/api/v1/recipes/ideas/") == bad)
    }

    @Test func theHomePageListsTheFirstTenByID() async throws {
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

@Suite struct CORSTests {
    private let directory = TemporaryDirectory()

    private func answer(_ origins: [String], _ method: Messages.Method, _ fields: [Field]) throws -> Response {
        try directory.prestart().run()
        var settings = RecipeSettings()
        settings.database = .sqlite(directory.database())
        settings.corsOrigins = origins
        let application = try RecipeApplication.make(settings, log: .silent)
        guard case .now(let response) = try application.answer(Request(method, "/api/v1/recipes/1", fields: fields))
        else { throw NotAtOnce() }
        return response
    }

    private struct NotAtOnce: Error {}

    private static let origin = "https://shop.example"
    private let preflight = [Field("origin", origin), Field("access-control-request-method", "POST")]

    @Test func aListedOriginMayCallTheAPI() throws {
        let response = try answer([Self.origin], .get, [Field("origin", Self.origin)])
        let fields = response.fields.map { "\($0.name): \($0.value)" }
        #expect(fields.contains("access-control-allow-origin: " + Self.origin))
        #expect(fields.contains("access-control-allow-credentials: true"))
        let preflight = try answer([Self.origin], .options, preflight)
        #expect(preflight.status == .ok && preflight.body == Array("OK".utf8))
        #expect(try answer(["https://other.example"], .options, self.preflight).status == .badRequest)
    }

    @Test func corsIsOffByDefault() throws {
        let response = try answer([], .get, [Field("origin", Self.origin)])
        #expect(response.fields.map(\.name) == ["content-type"])
        #expect(try answer([], .options, preflight).status == .methodNotAllowed)
    }
}

@Suite struct OpenAPITests {
    /// A change of the API appears in review as a change of the recorded file.
    @Test func theDocumentEqualsTheRecordedOne() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/openapi.json")
        let document = try RecipeApplication.document(log: .silent).indentedText + "\n"
        let isSame = try document == String(contentsOf: file, encoding: .utf8)
        #expect(
            isSame,
            "review `.build/debug/recipe-worker openapi | diff Tests/RecipesTests/Snapshots/openapi.json -`, then write it there"
        )
    }
}
