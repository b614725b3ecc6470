import Endpoints
import Messages
import Testing

@Suite struct CustomValueTests {
    private struct Email: CustomValue, Hashable {
        let value: String

        init(_ value: String) throws {
            guard value.contains("@") else { throw InvalidValue("an address has an @") }
            self.value = value.lowercased()
        }

        static let format = "email"
    }

    private struct Even: CustomValue, Hashable {
        let value: Int

        init(_ value: Int) throws {
            guard value % 2 == 0 else {
                throw InvalidValue(type: "odd", "Input should be even", context: [.init("rest", 1)])
            }
            self.value = value
        }
    }

    private struct Unlucky: CustomValue {
        struct Misfortune: Error, CustomStringConvertible { let description = "13 it is" }
        let value: Int
        init(_ value: Int) throws { if value == 13 { throw Misfortune() } else { self.value = value } }
    }

    /// Reads and writes its own text.
    private struct Span: Endpoints.Value, Hashable {
        let first: Int
        let last: Int

        static var schema: Schema { Schema([.init("type", "string"), .init("pattern", #"^\d+-\d+$"#)]) }

        static func read(_ json: JSON, issues: inout [Endpoints.Issue]) -> Span? {
            guard let text = String.read(json, issues: &issues) else { return nil }
            let parts = text.split(separator: "-").map { Int($0) }
            if parts.count == 2, let first = parts[0], let last = parts[1] { return Span(first: first, last: last) }
            issues.append(Endpoints.Issue("span", "Input should be like 3-5", input: json))
            return nil
        }

        func write(to writer: inout JSONWriter) { writer.string("\(first)-\(last)") }
    }

    private struct Person: Model {
        let email: Email
        let spare: Email?
        let friends: [Email: Even]

        static let properties = Properties(Person.init) {
            Property("email", \.email, .length(...9))
            Property("spare", \.spare, default: nil)
            Property("friends", \.friends, default: [:])
        }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.get("/{n}", name: "a", Path("n", Even.self), Query("to", [Email].self), Query("u", Unlucky?.self)) {
            "\($0.value) \($1.map(\.value)) \($2 == nil)"
        }
        api.get("/pages/{span}", name: "pages", Path("span", Span.self)) { $0 }
        api.post("/", name: "b", Body(Person.self)) { $0 }
        return api
    }

    private func post(_ body: String) async throws -> Response {
        let fields = [Field("content-type", "application/json")]
        return try await SampleAPI.answer(api.build(), Request(.post, "/", fields: fields, body: Array(body.utf8)))
    }

    @Test func customValueIsReadFromAnyPartOfARequest() async throws {
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/4?to=A@b&to=c@d"))
        #expect(response.text == #""4 [\"a@b\", \"c@d\"] true""#)
        let body = try await post(#"{"email":"A@b.c","friends":{"x@y":2}}"#)
        #expect(body.text == #"{"email":"a@b.c","spare":null,"friends":{"x@y":2}}"#)
    }

    @Test func typeMayConformToValueItself() async throws {
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/pages/3-05"))
        #expect(response.text == #""3-5""#)
        let wrong = try await SampleAPI.answer(api.build(), Request(.get, "/pages/3"))
        #expect(try wrong.issues == [#"span ["path","span"]"#])
    }

    @Test func errorOfTheInitializerIsAnIssue() async throws {
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/3?to=a&u=13"))
        #expect(
            response.text.contains(
                #"{"type":"odd","loc":["path","n"],"msg":"Input should be even","input":"3","ctx":{"rest":1}}"#))
        #expect(
            response.text.contains(
                #"{"type":"value_error","loc":["query","to",0],"msg":"Value error, an address has an @","input":"a","#))
        #expect(response.text.contains(#""msg":"Value error, 13 it is""#))
    }

    @Test func innerTypeAndConstraintsAreChecked() async throws {
        #expect(try await post(#"{"email":5}"#).issues == [#"string_type ["body","email"]"#])
        #expect(try await post(#"{"email":"a@bcdefghi"}"#).issues == [#"string_too_long ["body","email"]"#])
        #expect(
            try await post(#"{"email":"a@b","friends":{"x":1}}"#).issues == [
                #"value_error ["body","friends","x","[key]"]"#, #"odd ["body","friends","x"]"#,
            ])
    }

    @Test func documentShowsTheFormat() throws {
        let properties = try api.openAPIDocument()["components"]?["schemas"]?["Person"]?["properties"]
        #expect(properties?["email"] == ["type": "string", "format": "email", "maxLength": 9, "title": "Email"])
        #expect(properties?["spare"]?["anyOf"]?[0] == ["type": "string", "format": "email"])
        #expect(properties?["friends"]?["propertyNames"] == ["type": "string", "format": "email"])
    }
}
