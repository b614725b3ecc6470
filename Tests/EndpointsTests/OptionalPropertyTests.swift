import Endpoints
import Messages
import Testing

/// Properties that are not sent, and properties that are not written.
@Suite struct OptionalPropertyTests {
    private struct Note: Model, Hashable {
        let text: String
        let author: String?
        let page: Int?
        let tags: [String]?
        static let properties = Properties(Note.init) {
            Property("text", \.text)
            Property("author", \.author, .length(2...))
            Property("page", \.page, required: true, .atLeast(1))
            Property("tags", \.tags, default: ["new"])
        }
    }

    private func read<Sent: Model>(_ type: Sent.Type, _ text: String) throws -> (
        value: Sent?, issues: [Endpoints.Issue]
    ) {
        var issues: [Endpoints.Issue] = []
        return (Sent.read(try JSON(parsing: Array(text.utf8)), issues: &issues), issues)
    }

    @Test func optionalPropertyMayBeLeftOut() throws {
        let note = try read(Note.self, #"{"text":"a","page":null}"#).value
        #expect(note == Note(text: "a", author: nil, page: nil, tags: ["new"]))
        let whole = try read(Note.self, #"{"text":"a","page":2,"author":"Ann","tags":null}"#).value
        #expect(whole == Note(text: "a", author: "Ann", page: 2, tags: nil))
    }

    @Test func requiredPropertyMustBeSent() throws {
        let issues = try read(Note.self, #"{"author":"x"}"#).issues
        #expect(issues.map(\.type) == ["missing", "string_too_short", "missing"])
        #expect(issues.map(\.location) == [["text"], ["author"], ["page"]])
    }

    @Test func documentShowsWhichPropertiesAreRequired() throws {
        var api = API(title: "t", version: "1")
        api.post("/a", name: "a", Body(Note.self)) { $0 }
        let schema = try api.openAPIDocument()["components"]?["schemas"]?["Note"]
        #expect(schema?["required"] == ["text", "page"])
        #expect(schema?["properties"]?["author"]?["default"] == nil)
        #expect(schema?["properties"]?["tags"]?["default"] == ["new"])
    }

    private enum Change: RequestValue, ResponseValue, Hashable {
        case keep
        case set(Int)

        static var schema: Schema { Int.schema }
        static var valueWhenAbsent: Change? { .keep }
        static func read(_ json: JSON, issues: inout [Endpoints.Issue]) -> Change? {
            Int.read(json, issues: &issues).map(Change.set)
        }
        var isWritten: Bool { self != .keep }
        func write(to writer: inout JSONWriter) {
            if case .set(let value) = self { writer.integer(value) } else { writer.null() }
        }
    }

    private struct Changes: Model, Hashable {
        var a = Change.keep
        var b = Change.keep
        var c = 0
        var d = Change.keep
        static let properties = Properties(Changes.init) {
            Property("a", \.a)
            Property("b", \.b)
            Property("c", \.c, default: 0)
            Property("d", \.d)
        }
    }

    private struct OnlyChanges: Model {
        var a = Change.keep
        static let properties = Properties(OnlyChanges.init) { Property("a", \.a) }
    }

    @Test(arguments: [
        (Changes(), #"{"c":0}"#),
        (Changes(a: .set(1)), #"{"a":1,"c":0}"#),
        (Changes(b: .set(2), c: 3), #"{"b":2,"c":3}"#),
        (Changes(a: .set(1), b: .set(2), c: 3, d: .set(4)), #"{"a":1,"b":2,"c":3,"d":4}"#),
    ])
    private func unwrittenPropertyIsLeftOut(changes: Changes, text: String) throws {
        #expect(changes.response(.ok).text == text)
        #expect(try read(Changes.self, text).value == changes)
    }

    @Test func objectMayBeEmpty() throws {
        #expect(OnlyChanges().response(.ok).text == "{}")
        #expect(OnlyChanges(a: .set(5)).response(.ok).text == #"{"a":5}"#)
    }
}
