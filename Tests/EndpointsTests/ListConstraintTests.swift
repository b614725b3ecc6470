import Endpoints
import Messages
import Testing

@Suite struct ListConstraintTests {
    private struct Basket: Model {
        let numbers: [Int]
        let code: String?
        let weight: Double
        let steps: Integer

        static let properties = Properties(Basket.init) {
            Property("numbers", \.numbers, default: [1, 2], .count(2...3))
            Property("code", \.code, default: nil, .pattern(#"^a\d+$"#))
            Property("weight", \.weight, default: 1, .multiple(of: 0.1))
            Property("steps", \.steps, default: 5, .multiple(of: 5))
        }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.get(
            "/a", name: "a", Query("tag", [Int].self), Query("word", [String]?.self), Query("more", default: ["x"])
        ) { "\($0) \($1 ?? []) \($2)" }
        api.post("/basket", name: "basket", Body(Basket.self)) { $0 }
        return api
    }

    private func post(_ body: String) async throws -> Response {
        let fields = [Field("content-type", "application/json")]
        return try await SampleAPI.answer(
            api.build(), Request(.post, "/basket", fields: fields, body: Array(body.utf8)))
    }

    @Test func listHasAllValuesOfItsName() async throws {
        let request = Request(.get, "/a?tag=1&word=&t%61g=+2&more=y&word=b%26c&tag=3")
        #expect(try await SampleAPI.answer(api.build(), request).text == #""[1, 2, 3] [\"\", \"b&c\"] [\"y\"]""#)
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/a?tag=1")).text == #""[1] [] [\"x\"]""#)
    }

    @Test func issueHasTheIndexOfTheValue() async throws {
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/a?tag=1&tag=x&tag="))
        #expect(try response.issues == [#"int_parsing ["query","tag",1]"#, #"int_parsing ["query","tag",2]"#])
        let without = try await SampleAPI.answer(api.build(), Request(.get, "/a"))
        #expect(try without.issues == [#"missing ["query","tag"]"#])
    }

    @Test(arguments: [
        (
            #"{"numbers":[1]}"#,
            #"{"type":"too_short","loc":["body","numbers"],"msg":"List should have at least 2 items after validation, "#
                + #"not 1","input":[1],"ctx":{"field_type":"List","min_length":2,"actual_length":1}}"#
        ),
        (
            #"{"numbers":["x",1,2,3]}"#,
            #"{"type":"too_long","loc":["body","numbers"],"msg":"List should have at most 3 items after validation, "#
                + #"not 4","input":["x",1,2,3],"ctx":{"field_type":"List","max_length":3,"actual_length":4}}"#
        ),
        (
            #"{"numbers":["x"]}"#,
            #"{"type":"int_parsing","loc":["body","numbers",0],"#
                + #""msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}"#
        ),
        (
            #"{"code":"b"}"#,
            #"{"type":"string_pattern_mismatch","loc":["body","code"],"msg":"String should match pattern '^a\\d+$'","#
                + #""input":"b","ctx":{"pattern":"^a\\d+$"}}"#
        ),
        (
            #"{"weight":0.75}"#,
            #"{"type":"multiple_of","loc":["body","weight"],"msg":"Input should be a multiple of 0.1","input":0.75,"#
                + #""ctx":{"multiple_of":0.1}}"#
        ),
        (
            #"{"steps":"7"}"#,
            #"{"type":"multiple_of","loc":["body","steps"],"msg":"Input should be a multiple of 5","input":"7","#
                + #""ctx":{"multiple_of":5}}"#
        ),
    ])
    func violationHasPydanticsMessage(body: String, issue: String) async throws {
        #expect(try await post(body).text == #"{"detail":["# + issue + "]}")
    }

    @Test func objectIsReadAsADictionary() throws {
        var issues: [Endpoints.Issue] = []
        #expect([String: Int].read(["b": 2, "a": "1"], issues: &issues) == ["a": 1, "b": 2])
        #expect([String: Int].read(["a": "x", "b": 1, "c": nil], issues: &issues) == nil)
        #expect(issues.map(\.type) == ["int_parsing", "int_type"] && issues.map(\.location) == [["a"], ["c"]])
        #expect([String: Int].read([], issues: &issues) == nil)
        #expect(issues.last?.type == "dict_type" && issues.last?.message == "Input should be a valid dictionary")
    }

    @Test func validValuesAreAccepted() async throws {
        let body = #"{"numbers":[1,2,3],"code":"a12","weight":0.7,"steps":1000000000000000000000000000005}"#
        #expect(try await post(body).text == body)
    }

    @Test func documentShowsTheConstraints() throws {
        let properties = try api.openAPIDocument()["components"]?["schemas"]?["Basket"]?["properties"]
        #expect(properties?["numbers"]?["minItems"] == 2 && properties?["numbers"]?["maxItems"] == 3)
        #expect(properties?["code"]?["anyOf"]?[0]?["pattern"] == #"^a\d+$"#)
        #expect(properties?["weight"]?["multipleOf"] == 0.1 && properties?["steps"]?["multipleOf"] == 5)
        let tag = try api.openAPIDocument()["paths"]?["/a"]?["get"]?["parameters"]?[0]
        #expect(tag?["schema"] == ["items": ["type": "integer"], "type": "array", "title": "Tag"])
    }
}
