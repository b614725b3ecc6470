import Endpoints
import Messages
import Testing

/// `.each`: constraints on the elements of a list.
@Suite struct EachConstraintTests {
    private struct Post: Model {
        let tags: [String]
        let marks: [Int?]
        let table: [[Int]]?

        static let properties = Properties(Post.init) {
            Property("tags", \.tags, default: [], .count(...3), .each(.length(1...5), .pattern("^[a-z]*$")))
            Property("marks", \.marks, default: [], .each(.atLeast(1)))
            Property("table", \.table, default: nil, .each(.count(...2), .each(.atMost(9))))
        }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.post("/", name: "post", Body(Post.self)) { $0 }
        api.get("/", name: "get", Query("n", [Int].self, .each(.multiple(of: 2)))) { $0 }
        return api
    }

    private func post(_ body: String) async throws -> Response {
        let fields = [Field("content-type", "application/json")]
        return try await SampleAPI.answer(api.build(), Request(.post, "/", fields: fields, body: Array(body.utf8)))
    }

    @Test func everyInvalidElementIsReported() async throws {
        let response = try await post(#"{"tags":["","ok","toolong"],"marks":[null,0],"table":[[1],[10,2,11]]}"#)
        #expect(
            try response.issues == [
                #"string_too_short ["body","tags",0]"#, #"string_too_long ["body","tags",2]"#,
                #"greater_than_equal ["body","marks",1]"#, #"too_long ["body","table",1]"#,
            ])
        #expect(try await post(#"{"table":[[10,2],[11]]}"#).issues.count == 2)
        #expect(
            response.text.contains(
                #""loc":["body","tags",0],"msg":"String should have at least 1 character","input":"""#))
        let even = try await SampleAPI.answer(api.build(), Request(.get, "/?n=2&n=3&n=5"))
        #expect(try even.issues == [#"multiple_of ["query","n",1]"#, #"multiple_of ["query","n",2]"#])
    }

    @Test func violationsAndTypeErrorsAreReportedTogether() async throws {
        let response = try await post(#"{"tags":["A",5,""]}"#)
        #expect(
            try response.issues == [
                #"string_pattern_mismatch ["body","tags",0]"#, #"string_type ["body","tags",1]"#,
                #"string_too_short ["body","tags",2]"#,
            ])
    }

    @Test func constraintOfTheListIsCheckedFirst() async throws {
        #expect(try await post(#"{"tags":["","","",""]}"#).issues == [#"too_long ["body","tags"]"#])
        #expect(try await post(#"{"tags":"x"}"#).issues == [#"list_type ["body","tags"]"#])
    }

    @Test func numberOfIssuesIsLimited() async throws {
        let body = #"{"marks":["# + String(repeating: "0,", count: 500) + "0]}"
        #expect(try await post(body).issues.count == 100)
    }

    @Test func validElementsAreAccepted() async throws {
        let body = #"{"tags":["a","bc"],"marks":[null,1],"table":[[1,9],[]]}"#
        #expect(try await post(body).text == body)
    }

    @Test func documentShowsThemAtItems() throws {
        let properties = try api.openAPIDocument()["components"]?["schemas"]?["Post"]?["properties"]
        let tag: JSON = ["type": "string", "maxLength": 5, "minLength": 1, "pattern": "^[a-z]*$"]
        #expect(properties?["tags"]?["items"] == tag && properties?["tags"]?["maxItems"] == 3)
        #expect(properties?["marks"]?["items"]?["anyOf"]?[0] == ["type": "integer", "minimum": 1])
        let row = properties?["table"]?["anyOf"]?[0]?["items"]
        #expect(row?["maxItems"] == 2 && row?["items"] == ["type": "integer", "maximum": 9])
    }

    @Test func invalidConstraintIsAnErrorAtStart() {
        var api = API(title: "t", version: "1")
        api.get("/", name: "a", Query("q", [String].self, .each(.pattern("(")))) { $0 }
        #expect(throws: DeclarationError.self) { try api.build() }
    }
}
