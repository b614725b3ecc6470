import BrigadeMacros
public import Brigade
import Messages
import Testing

enum Colour: String, Choice { case red, green }

@Model struct Size: Hashable {
    @Rule(.moreThan(0)) var width: Int
    @Rule(.moreThan(0)) let height: Double
    var unit: String?
}

/// What somebody sells,
/// and how much of it.
///
/// Not "how".
@Model(names: .snakeCase)
struct NewItem: Hashable {
    /// What it is called.
    @Rule(.length(1...80), .pattern("^[A-Z]"))
    @Examples("Lamp", "Chair")
    var name: String
    @Rule(.atLeast(0)) var itemsLeft: Int = 1
    var colour: Colour? = .red
    var size: Size?
    @Rule(.count(...2)) var tags: [String] = []
    @Rule(.length(2...)) var note: Optional<String>
    @Name("seller") var sellerID: Int
    var isNew, isOld: Bool
    var `default`: Int = 0 {
        didSet {}
    }

    static let most = 5
    var words: Int { name.count }
}

extension Constraint where Value == String {
    static var slug: Constraint { .pattern("^[a-z-]+$") }
}

/// A model may say more by itself.
@Model struct Page: Hashable {
    @Rule(.slug) var slug: String
    @Name("two words") var body: String = "a \"quoted\" \\ text"

    static let schemaDescription = "A page."
}

@Model struct Nothing: Hashable {}

/// What it writes is as visible as the struct.
@Model public struct Open: Hashable {
    /// Something.
    public var name: String = "x"
}

@Suite struct ModelMacroTests {
    private func read<Sent: Model>(_ type: Sent.Type, _ json: JSON) -> (value: Sent?, issues: [String]) {
        var issues: [Endpoints.Issue] = []
        return (Sent.read(json, issues: &issues), issues.map(\.type))
    }

    private func schema<Sent: Model>(of type: Sent.Type) throws -> JSON? {
        var api = API(title: "t", version: "1")
        api.post("/a", name: "a", Body(type)) { $0 }
        _ = try api.build()
        return try api.openAPIDocument()["components"]?["schemas"]?[type.schemaName]
    }

    @Test func whatIsNotSentHasItsDefault() {
        let item = read(NewItem.self, ["name": "Lamp", "seller": 7, "is_new": true, "is_old": false])
        #expect(item.value == NewItem(name: "Lamp", sellerID: 7, isNew: true, isOld: false))
        #expect(item.value?.itemsLeft == 1 && item.value?.colour == .red && item.value?.tags == [])
        #expect(item.value?.note == nil && item.value?.default == 0)
        #expect(read(Nothing.self, [:]).value == Nothing())
    }

    @Test func rulesAreKept() {
        let item = read(
            NewItem.self,
            [
                "name": "lamp", "items_left": -1, "colour": "blue", "size": ["width": 0, "height": 1],
                "tags": ["a", "b", "c"], "note": "x", "is_new": true, "is_old": 1,
            ])
        let issues = ["string_pattern_mismatch", "greater_than_equal", "enum", "greater_than", "too_long"]
        #expect(item.issues == issues + ["string_too_short", "missing"])
        #expect(read(Page.self, ["slug": "A b"]).issues == ["string_pattern_mismatch"])
    }

    @Test func theDocumentHasTheWords() throws {
        let schema = try schema(of: NewItem.self)
        #expect(schema?["description"] == "What somebody sells, and how much of it.\n\nNot \"how\".")
        #expect(schema?["properties"]?["name"]?["description"] == "What it is called.")
        #expect(schema?["properties"]?["name"]?["examples"] == ["Lamp", "Chair"])
        #expect(schema?["required"] == ["name", "seller", "is_new", "is_old"])
        let page = try self.schema(of: Page.self)
        #expect(page?["description"] == "A page.")
        #expect(page?["properties"]?["two words"]?["default"] == "a \"quoted\" \\ text")
    }

    @Test func itIsWritten() {
        let size = Size(width: 1, height: 2.5)
        #expect(String(decoding: size.response(.ok).body, as: UTF8.self) == #"{"width":1,"height":2.5,"unit":null}"#)
    }
}
