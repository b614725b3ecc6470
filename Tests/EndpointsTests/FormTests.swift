import Endpoints
import Messages
import TestSupport
import Testing

@Suite struct FormTests {
    private static let form = "application/x-www-form-urlencoded"

    private var api: API {
        var api = API(title: "Kitchen", version: "1.0")
        api.post("/dishes", name: "add", description: "Adds a dish", Form(SampleAPI.Dish.self), errors: [.forbidden]) {
            $0
        }
        api.post("/open", name: "open", Form(SampleAPI.Dish.self, from: .anyOrigin)) { $0 }
        api.post("/kept", name: "kept", SubmittedForm(SampleAPI.Dish.self)) { form in
            let answer: JSON =
                switch form.content {
                case .success(let dish): ["title": .string(dish.title)]
                case .failure(let error):
                    [
                        "title": .string(form["title"]), "issues": .array(error.issues.map { .string($0.type) }),
                    ]
                }
            return answer
        }
        return api
    }

    private func post(
        _ body: String, to path: String = "/dishes", type: String? = form, fields: [Field] = []
    ) async throws -> Response {
        let fields = fields + (type.map { [Field("content-type", $0)] } ?? [])
        return try await SampleAPI.answer(
            api.build(), Request(.post, path, fields: [Field("host", "e.com:8001")] + fields, body: Array(body.utf8)))
    }

    private func title(of body: String) async throws -> JSON? {
        try JSON(parsing: try await post("page=https://e.com&portions=2&" + body).body)["title"]
    }

    @Test func aFormIsReadAsAModel() async throws {
        let response = try await post("title=Ramen&page=https%3A%2F%2Fe.com&portions=+2&note=&other=1")
        #expect(response.status == .ok)
        #expect(response.text == #"{"title":"Ramen","page":"https://e.com/","portions":2,"note":null,"tags":[]}"#)
    }

    @Test(arguments: [
        ("title=a+b", "a b"), ("title=a%2Bb", "a+b"), ("title=%C3%A9", "é"), ("title=%FFx", "\u{FFFD}x"),
        ("title=50%", "50%"), ("title=a&title=b", "b"), ("ti%74le=a", "a"), ("title=a=b", "a=b"), ("&&title=a&", "a"),
        ("title=%00", "\0"), ("title=a%0D%0Ab", "a\r\nb"),
    ])
    func textsAreDecoded(body: String, title: String) async throws {
        #expect(try await self.title(of: body) == .string(title))
    }

    @Test(arguments: ["", "title=", "title", "Title=a", "title=a&title="])
    func anEmptyFieldCountsAsNotSent(body: String) async throws {
        let response = try await post("page=https://e.com&portions=2&" + body)
        #expect(response.status == .unprocessableContent)
        #expect(try response.issues == [#"missing ["body","title"]"#])
    }

    @Test func allIssuesOfAFormAreReportedAtOnce() async throws {
        let response = try await post("page=e.com&portions=0")
        #expect(response.status == .unprocessableContent)
        #expect(
            response.text
                == #"{"detail":[{"type":"missing","loc":["body","title"],"msg":"Field required","#
                + #""input":{"page":"e.com","portions":"0"}},"#
                + #"{"type":"url_parsing","loc":["body","page"],"#
                + #""msg":"Input should be a valid URL, relative URL without a base","input":"e.com","#
                + #""ctx":{"error":"relative URL without a base"}},"#
                + #"{"type":"greater_than_equal","loc":["body","portions"],"#
                + #""msg":"Input should be greater than or equal to 1","input":"0","ctx":{"ge":1}}]}"#)
    }

    @Test(arguments: [
        ("tags=a&title=x&tags=b+c", #"["a","b c"]"#), ("tags=", #"[""]"#), ("", "[]"), ("tags", #"[""]"#),
    ])
    func aListHasAllFieldsWithItsName(fields: String, tags: String) async throws {
        let response = try await post("title=a&page=https://e.com&portions=1&" + fields)
        #expect(try JSON(parsing: response.body)["tags"] == JSON(parsing: Array(tags.utf8)))
    }

    @Test(arguments: [
        form, "APPLICATION/X-WWW-Form-Urlencoded", form + ";charset=utf-8", form + " ; x",
    ])
    func aFormIsRecognizedByItsMediaType(type: String) async throws {
        #expect(try await post("title=a&page=https://e.com&portions=1", type: type).status == .ok)
    }

    @Test(arguments: ["multipart/form-data; boundary=x", "text/plain", "application/json", form + "x", nil])
    func anotherMediaTypeIsRejected(type: String?) async throws {
        let response = try await post("title=a", type: type)
        #expect(response.status == .unprocessableContent)
        #expect(try response.issues == [#"form_type ["body"]"#])
        #expect(response.text.contains("Input should be a form sent as application/x-www-form-urlencoded"))
    }

    @Test func noContentIsAnEmptyForm() async throws {
        let issues = ["title", "page", "portions"].map { #"missing ["body","\#($0)"]"# }
        #expect(try await post("", type: nil).issues == issues)
    }

    @Test func theNumberOfFieldsIsBounded() async throws {
        let good = "title=a&page=https://e.com&portions=1"
        let more = String(repeating: "&x=1", count: 997)
        #expect(try await post(good + more).status == .ok)
        let refusal = try await post(good + more + "&x=1")
        #expect(refusal.status == .badRequest)
        #expect(refusal.text == #"{"detail":"Too many fields. Maximum number of fields is 1000."}"#)
    }

    @Test(arguments: [
        ([], true),
        ([("sec-fetch-site", "same-origin")], true), ([("sec-fetch-site", "none")], true),
        ([("sec-fetch-site", "cross-site")], false), ([("sec-fetch-site", "same-site")], false),
        ([("sec-fetch-site", "same-origin"), ("origin", "https://other.com")], true),
        ([("sec-fetch-site", "cross-site"), ("origin", "http://e.com:8001")], false),
        ([("origin", "http://e.com:8001")], true), ([("origin", "https://E.com:8001")], true),
        ([("origin", "http://e.com")], false), ([("origin", "http://e.com:80011")], false),
        ([("origin", "http://x.e.com:8001")], false), ([("origin", "null")], false), ([("origin", "")], false),
    ])
    func aFormOfAnotherSiteIsRejected(fields: [(String, String)], isTaken: Bool) async throws {
        let fields = fields.map { Field($0.0, $0.1) }
        let body = "title=a&page=https://e.com&portions=1"
        let response = try await post(body, fields: fields)
        #expect(response.status == (isTaken ? .ok : .forbidden))
        if !isTaken { #expect(response.text == #"{"detail":"The form was posted from another site"}"#) }
        #expect(try await post(body, to: "/open", fields: fields).status == .ok)
    }

    @Test func aHandlerMayReceiveTheIssues() async throws {
        #expect(try await post("title=a&page=https://e.com&portions=1", to: "/kept").text == #"{"title":"a"}"#)
        let refused = try await post("title=a+b&portions=0", to: "/kept")
        #expect(refused.status == .ok)
        #expect(refused.text == #"{"title":"a b","issues":["missing","greater_than_equal"]}"#)
        let other = try await post("title=a", to: "/kept", type: "text/plain")
        #expect(other.text == #"{"title":"","issues":["form_type"]}"#)
        #expect(try await post("", to: "/kept", fields: [Field("origin", "null")]).status == .forbidden)
    }

    @Test func anyBytesAreAnsweredAsAForm() async throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["title", "=", "&", "%", "+", "%C3", "2", "page=https://e.com", "portions"]
        for _ in 0..<500 {
            let body = (0..<Int.random(in: 0..<12, using: &generator)).flatMap { _ in
                Bool.random(using: &generator)
                    ? Array(pieces.randomElement(using: &generator)!.utf8)
                    : [UInt8.random(in: 0...255, using: &generator)]
            }
            let request = Request(.post, "/dishes", fields: [Field("content-type", Self.form)], body: body)
            let response = try await SampleAPI.answer(api.build(), request)
            #expect([200, 422].contains(response.status.code))
        }
    }

    @Test func theDocumentShowsTheMediaTypeOfAForm() throws {
        let content = try api.openAPIDocument()["paths"]?["/dishes"]?["post"]?["requestBody"]?["content"]
        #expect(content?[Self.form]?["schema"]?["$ref"] == "#/components/schemas/Dish")
    }
}
