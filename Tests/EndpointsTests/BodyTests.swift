import Endpoints
import Messages
import Testing

@Suite struct BodyTests {
    private let good = #"{"title":"Ramen","page":"https://example.com","portions":2}"#

    private func post(_ body: String, type: String? = "application/json") async throws -> Response {
        let fields = type.map { [Field("content-type", $0)] } ?? []
        return try await SampleAPI.answer(.post, "/dishes/", fields: fields, body: Array(body.utf8))
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=x", "application/json ;",
        "application/vnd.x+json",
    ])
    func contentWithAJSONMediaTypeIsRead(type: String) async throws {
        let response = try await post(good, type: type)
        #expect(response.status == .created)
        #expect(
            response.text
                == #"{"title":"Ramen","page":"https://example.com/","portions":2,"note":null,"tags":[]}"#)
    }

    @Test(arguments: [
        nil, "text/json", "application/x-www-form-urlencoded", "application/jsonx", "application/x/y+json", "",
    ])
    func contentWithAnotherMediaTypeIsText(type: String?) async throws {
        let response = try await post(#"{"a""#, type: type)
        #expect(response.status == .unprocessableContent)
        #expect(
            response.text == #"{"detail":[{"type":"model_attributes_type","loc":["body"],"#
                + #""msg":"Input should be a valid dictionary or object to extract fields from","input":"{\"a\""}]}"#)
    }

    @Test(arguments: [
        ("", #"missing ["body"]"#), ("null", #"model_attributes_type ["body"]"#),
        ("[]", #"model_attributes_type ["body"]"#),
        ("1", #"model_attributes_type ["body"]"#), (#"{"title":"#, #"json_invalid ["body",9]"#),
        (#"{"title":NaN}"#, #"json_invalid ["body",9]"#),
    ])
    func aBodyThatIsNotAnObjectIsInvalid(body: String, issue: String) async throws {
        let response = try await post(body)
        #expect(response.status == .unprocessableContent)
        #expect(try response.issues == [issue])
    }

    @Test(arguments: [
        (#""title":1"#, #"string_type ["body","title"]"#), (#""title":"""#, #"string_too_short ["body","title"]"#),
        (#""title":"\ud800""#, #"string_unicode ["body","title"]"#), (#""page":5"#, #"url_type ["body","page"]"#),
        (#""page":"""#, #"url_parsing ["body","page"]"#), (#""page":"ftp://e.com""#, #"url_scheme ["body","page"]"#),
        (#""page":"\ud800""#, #"string_unicode ["body","page"]"#),
        (#""portions":0"#, #"greater_than_equal ["body","portions"]"#),
        (#""portions":1.5"#, #"int_from_float ["body","portions"]"#),
        (#""portions":null"#, #"int_type ["body","portions"]"#),
        (#""portions":1e400"#, #"finite_number ["body","portions"]"#), (#""note":1"#, #"string_type ["body","note"]"#),
        (#""tags":"x""#, #"list_type ["body","tags"]"#), (#""tags":["a",1]"#, #"string_type ["body","tags",1]"#),
    ])
    func anInvalidPropertyIsNamed(property: String, issue: String) async throws {
        // Of a repeated name the last counts.
        let response = try await post(good.dropLast() + "," + property + "}")
        #expect(response.status == .unprocessableContent)
        #expect(try response.issues == [issue])
    }

    @Test func aLongInputIsNotRepeated() async throws {
        // All that is wrong is said, each time without the whole of what was sent.
        let long = #"{"x":"\#(String(repeating: "a", count: 9000))"}"#
        let response = try await post(long)
        let input = #"{"x":"\#(String(repeating: "a", count: 253))…","…":"…"}"#
        let issue = #"{"type":"missing","loc":["body","title"],"msg":"Field required","input":\#(input)}"#
        #expect(response.text.contains(issue))
        #expect(response.body.count < 1500)
        let short = #"{"x":"\#(String(repeating: "a", count: 8000))"}"#
        #expect(try await post(short).text.contains(#""msg":"Field required","input":{"x":"aaa"#))
    }

    @Test func allMissingPropertiesAreReportedAtOnce() async throws {
        let response = try await post(#"{"other":1}"#)
        #expect(
            try response.issues == [
                #"missing ["body","title"]"#, #"missing ["body","page"]"#, #"missing ["body","portions"]"#,
            ])
        #expect(response.text.contains(#""input":{"other":1}"#))
    }

    @Test(arguments: [(2083, true), (2084, false)])
    func aURLHasABoundAsSent(length: Int, isAccepted: Bool) async throws {
        let page = "https://example.com/" + String(repeating: "a", count: length - 20)
        let response = try await post(#"{"title":"x","page":"\#(page)","portions":1}"#)
        #expect((response.status == .created) == isAccepted)
        #expect(try response.issues == (isAccepted ? [] : [#"url_too_long ["body","page"]"#]))
    }

    @Test func aURLHasABoundAsNormalised() async throws {
        let page = "https://e.com?" + String(repeating: "a", count: 2069)
        let response = try await post(#"{"title":"x","page":"\#(page)","portions":1}"#)
        #expect(try response.issues == [#"url_too_long ["body","page"]"#])
    }

    @Test func contentThatCannotBeParsedIsA400() async throws {
        let response = try await SampleAPI.answer(
            .post, "/dishes/", fields: [Field("content-type", "application/json")], body: [0x22, 0xFF, 0x22])
        #expect(response.status == .badRequest)
        #expect(response.text == #"{"detail":"There was an error parsing the body"}"#)
    }
}
