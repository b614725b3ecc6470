import Endpoints
import Messages
import Testing

@Suite struct ChoiceTests {
    private enum Order: String, Choice {
        case newest, oldest
        case cooks = "cook's"
    }

    private enum Side: String, Choice { case left, right }

    private enum Only: String, Choice { case one }

    private struct Page: Model {
        let order: Order
        let side: Side?
        static let properties = Properties(Page.init) {
            Property("order", \.order, default: .newest)
            Property("side", \.side, default: nil)
        }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.get("/a", name: "a", Query("order", default: Order.oldest), Query("only", Only?.self)) { order, _ in
            order
        }
        api.get("/{side}", name: "side", Path("side", Side.self)) { $0 }
        api.post("/a", name: "b", Body(Page.self)) { $0 }
        return api
    }

    private func get(_ target: String) async throws -> Response {
        try await SampleAPI.answer(api.build(), Request(.get, target))
    }

    @Test func choiceIsReadAndWritten() async throws {
        #expect(try await get("/a").text == #""oldest""#)
        #expect(try await get("/a?order=cook%27s").text == #""cook's""#)
        #expect(try await get("/right").text == #""right""#)
    }

    @Test(arguments: [
        ("/a?order=x", #"'newest', 'oldest' or \"cook's\""#), ("/a?only=", "'one'"), ("/up", "'left' or 'right'"),
    ])
    func otherTextGetsAListOfTheChoices(target: String, words: String) async throws {
        let response = try await get(target)
        #expect(response.status == .unprocessableContent)
        #expect(response.text.contains(#""type":"enum""#))
        #expect(response.text.contains(#""msg":"Input should be \#(words)","#))
        #expect(response.text.contains(#""ctx":{"expected":"\#(words)"}"#))
    }

    @Test(arguments: [#"{"order":1}"#, #"{"order":null}"#, #"{"side":"up"}"#])
    func otherValueIsRejected(body: String) async throws {
        let fields = [Field("content-type", "application/json")]
        let request = Request(.post, "/a", fields: fields, body: Array(body.utf8))
        let response = try await SampleAPI.answer(api.build(), request)
        #expect(try response.issues.first?.hasPrefix("enum") == true)
    }

    @Test func documentDefinesTheChoiceOnce() throws {
        let document = try api.openAPIDocument()
        let order: JSON = ["type": "string", "enum": ["newest", "oldest", "cook's"], "title": "Order"]
        #expect(document["components"]?["schemas"]?["Order"] == order)
        let parameter = document["paths"]?["/a"]?["get"]?["parameters"]?[0]
        #expect(parameter?["schema"] == ["$ref": "#/components/schemas/Order", "default": "oldest"])
    }
}
