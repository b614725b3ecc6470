import Glibc
import Messages
import Testing

@testable import Endpoints

/// The number of issues and the size of the answer are limited, and reading stops at the limit.
@Suite struct IssueLimitTests {
    private struct Node: Model {
        let name: String
        let left: Nodes?
        let right: Nodes?

        static let properties = Properties(Node.init) {
            Property("name", \.name)
            Property("left", \.left, default: nil)
            Property("right", \.right, default: nil)
        }
    }

    /// A struct cannot contain itself, but an indirect enum can.
    private indirect enum Nodes: RequestValue, ResponseValue {
        case one(Node)

        static var schema: Schema { Node.schema }
        static func read(_ json: JSON, issues: inout [Endpoints.Issue]) -> Nodes? {
            Node.read(json, issues: &issues).map(one)
        }
        func write(to writer: inout JSONWriter) { if case .one(let node) = self { node.write(to: &writer) } }
    }

    private struct Boxes: Model {
        let number: [Int]

        static let properties = Properties(Boxes.init) { Property("number", \.number) }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.post("/list", name: "list", Body([Int].self)) { "\($0.count)" }
        api.post("/names", name: "names", Body([String: Int].self)) { "\($0.count)" }
        api.post("/nested", name: "nested", Body([String: [Int]].self)) { "\($0.count)" }
        api.post("/nodes", name: "nodes", Body(Nodes.self)) { _ in "" }
        api.post("/form", name: "form", Form(Boxes.self)) { "\($0.number.count)" }
        api.get("/query", name: "query", Query("n", [Int].self)) { "\($0.count)" }
        api.get("/fields", name: "fields", Header("n", [Int].self), Query("m", Int.self)) { "\($0.count) \($1)" }
        return api
    }

    private func issues(
        _ path: String, json body: String = "", type: String = "application/json", fields: [Field] = []
    ) async throws -> (issues: [JSON], bytes: Int) {
        let method: Messages.Method = body.isEmpty ? .get : .post
        let fields = fields + (body.isEmpty ? [] : [Field("content-type", type)])
        let request = Request(method, path, fields: fields, body: Array(body.utf8))
        let response = try await SampleAPI.answer(api.build(), request)
        #expect(response.status == .unprocessableContent)
        guard case .array(let issues) = try JSON(parsing: response.body)["detail"] else { return ([], 0) }
        return (issues, response.body.count)
    }

    private func tree(_ depth: Int) -> String {
        depth == 0 ? "{}" : #"{"left":\#(tree(depth - 1)),"right":\#(tree(depth - 1))}"#
    }

    @Test func atMostAHundredIssuesAreReported() async throws {
        let items = Array(repeating: "{}", count: 5000)
        let members = (0..<5000).map { "\"\($0)\":null" }
        let pairs = (0..<900).map { _ in "number=x" }
        let query = (0..<900).map { _ in "n=x" }.joined(separator: "&")
        let fields = (0..<900).map { _ in Field("n", "x") }
        let all = [
            "list": try await issues("/list", json: "[\(items.joined(separator: ","))]"),
            "names": try await issues("/names", json: "{\(members.joined(separator: ","))}"),
            "nodes": try await issues("/nodes", json: tree(9)),
            "form": try await issues(
                "/form", json: pairs.joined(separator: "&"), type: "application/x-www-form-urlencoded"),
            "query": try await issues("/query?\(query)"),
            "fields": try await issues("/fields", fields: fields),
        ]
        for (name, found) in all {
            #expect(found.issues.count == 100, "\(name)")
            let last = try #require(found.issues.last)
            #expect(
                last["type"] == "too_many_errors" && last["msg"] == "There are more errors: the first 99 are listed")
            #expect(last["ctx"] == ["limit": 100] && last["loc"]?[1] == nil, "\(name)")
            #expect(found.issues.dropLast().allSatisfy { $0["type"] != "too_many_errors" })
            #expect(found.bytes < 100_000, "\(name)")
        }
    }

    @Test func ninetyNineIssuesAreAllReported() async throws {
        let found = try await issues("/list", json: "[\(Array(repeating: "{}", count: 99).joined(separator: ","))]")
        #expect(found.issues.count == 99 && found.issues.allSatisfy { $0["type"] == "int_type" })
    }

    /// The largest body costs no more than a small one.
    @Test func readingStopsAtTheLastIssue() throws {
        let elements = [JSON](repeating: .object([]), count: 5_600_000)
        var issues: [Endpoints.Issue] = []
        let before = clock()
        #expect([Int].read(.array(elements), issues: &issues) == nil)
        #expect(issues.count == 100)
        #expect(Double(clock() - before) / Double(CLOCKS_PER_SEC) < 0.5)
    }

    @Test func longNamesInLocationsAreTruncated() async throws {
        let name = String(repeating: "n", count: 1 << 20)
        let values = Array(repeating: "null", count: 500).joined(separator: ",")
        let found = try await issues("/nested", json: #"{"\#(name)":[\#(values)]}"#)
        #expect(found.issues.count == 100 && found.bytes < 100_000)
    }

    @Test(arguments: [
        (#""äääää""#, #""ä…""#), (#"["aa","bb","cc"]"#, #"["aa","…"]"#), (#"{"aa":1,"b":2}"#, #"{"aa":1,"…":"…"}"#),
        (#"{"aaaaaa":1}"#, #"{"aaa…":1,"…":"…"}"#), ("[1,2]", "[1,2]"), ("12345", "12345"),
        ("[[[[[1]]]]]", #"[[[["…"],"…"],"…"],"…"]"#),
    ])
    func truncatedValueShowsItsBeginning(text: String, beginning: String) throws {
        let value = try JSON(parsing: Array(text.utf8))
        #expect(
            String(decoding: value.truncated(to: 4, ifLongerThan: 3).response(.ok).body, as: UTF8.self) == beginning)
    }
}
