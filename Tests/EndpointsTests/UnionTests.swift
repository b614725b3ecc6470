import Endpoints
import Messages
import TestSupport
import Testing

/// The messages for invalid input are in the table of `PydanticTableTests`.
@Suite struct UnionTests {
    private struct Card: Model, Hashable {
        let number: String
        let holder: String?
        static let properties = Properties(Card.init) {
            Property("number", \.number, .length(4...))
            Property("holder", \.holder, default: nil)
        }
    }

    private struct Cash: Model, Hashable {
        static let properties = Properties(Cash.init) {}
    }

    private enum Payment: Union, Hashable {
        case card(Card)
        case cash(Cash)

        static let variants = Variants(by: "method", .init("card", Payment.card), .init("cash", Payment.cash))

        var model: any Model {
            switch self {
            case .card(let card): card
            case .cash(let cash): cash
            }
        }
    }

    private struct Order: Model, Hashable {
        let payments: [Payment]
        static let properties = Properties(Order.init) { Property("payments", \.payments, .count(1...)) }
    }

    private enum Wrong: Union {
        case card(Card)
        case other(Card)
        case named(Named)

        struct Named: Model {
            let kind: String
            static let properties = Properties(Named.init) { Property("kind", \.kind) }
        }

        static let variants = Variants(
            by: "kind", .init("a", Wrong.card), .init("a", Wrong.other), .init("c", Wrong.named))

        var model: any Model { Card(number: "1", holder: nil) }
    }

    private var api: API {
        var api = API(title: "t", version: "1")
        api.post("/", name: "order", Body(Order.self)) { $0 }
        return api
    }

    private func post(_ body: String) async throws -> Response {
        let fields = [Field("content-type", "application/json")]
        return try await SampleAPI.answer(api.build(), Request(.post, "/", fields: fields, body: Array(body.utf8)))
    }

    @Test func discriminatorSelectsTheModel() async throws {
        let body = #"{"payments":[{"method":"card","number":"1234","holder":null},{"method":"cash"}]}"#
        #expect(try await post(body).text == body)
        #expect(
            try await post(#"{"payments":[{"number":"1","method":"card"},{"method":"x"},{}]}"#).issues == [
                #"string_too_short ["body","payments",0,"card","number"]"#,
                #"union_tag_invalid ["body","payments",1]"#, #"union_tag_not_found ["body","payments",2]"#,
            ])
    }

    @Test func writtenValueIsReadBack() throws {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<200 {
            let holder: String? = Bool.random(using: &random) ? nil : .random(using: &random)
            let number = "1234" + String.random(using: &random)
            let payment: Payment =
                Bool.random(using: &random) ? .cash(Cash()) : .card(Card(number: number, holder: holder))
            var writer = JSONWriter()
            [payment, payment].write(to: &writer)
            var issues: [Endpoints.Issue] = []
            #expect([Payment].read(try JSON(parsing: writer.bytes), issues: &issues) == [payment, payment])
        }
    }

    @Test func documentHasASchemaForEachVariant() throws {
        let schemas = try api.openAPIDocument()["components"]?["schemas"]
        #expect(
            schemas?["Payment"] == [
                "oneOf": [
                    ["$ref": "#/components/schemas/PaymentCard"], ["$ref": "#/components/schemas/PaymentCash"],
                ],
                "discriminator": [
                    "propertyName": "method",
                    "mapping": [
                        "card": "#/components/schemas/PaymentCard", "cash": "#/components/schemas/PaymentCash",
                    ],
                ],
                "title": "Payment",
            ])
        let card = schemas?["PaymentCard"]
        #expect(card?["properties"]?["method"] == ["type": "string", "const": "card", "title": "Method"])
        #expect(card?["properties"]?["number"]?["minLength"] == 4 && card?["required"] == ["method", "number"])
        #expect(card?["type"] == "object" && schemas?["PaymentCash"]?["required"] == ["method"])
    }

    @Test func wrongDeclarationIsAnErrorAtStart() {
        var api = API(title: "t", version: "1")
        api.post("/", name: "a", Body(Wrong.self)) { _ in "" }
        let error = #expect(throws: DeclarationError.self) { try api.build() }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("two variants have the tag a"), "\(text)")
    }
}
