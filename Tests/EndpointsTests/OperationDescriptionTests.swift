import Endpoints
import Messages
import Testing

@Suite struct OperationDescriptionTests {
    private struct Note: Model {
        let text: String
        static let schemaDescription = "A thought."
        static let schemaExamples = [Note(text: "Buy rice")]
        static let properties = Properties(Note.init) {
            Property("text", \.text, description: "Not too long.", examples: ["Sleep"])
        }
    }

    private var document: JSON {
        get throws {
            var api = API(title: "t", version: "1", description: "All **notes**.")
            var router = Router(prefix: "/notes", tags: ["notes"])
            router.post(
                "/{book}",
                name: "add_note",
                description: OperationDescription(
                    "Keeps it.", summary: "Keep a note", response: "The note", tags: ["writing"], isDeprecated: true),
                Path("book", Int.self, description: "Its number.", examples: [7]),
                Header("x-token", String?.self, description: "Who you are."),
                Body(Note.self, description: "What to keep."),
                errors: [.notFound: "There is no such book", .badRequest: "Something is odd"]
            ) { $2 }
            api.include(router)
            api.get("/plain", name: "plain_words") { "" }
            return try api.openAPIDocument()
        }
    }

    @Test func anOperationHasItsDescription() throws {
        let operation = try document["paths"]?["/notes/{book}"]?["post"]
        #expect(operation?["summary"] == "Keep a note" && operation?["description"] == "Keeps it.")
        #expect(operation?["tags"] == ["notes", "writing"] && operation?["deprecated"] == true)
        #expect(operation?["requestBody"]?["description"] == "What to keep.")
        let responses = operation?["responses"]
        #expect(responses?["200"]?["description"] == "The note")
        #expect(responses?["404"]?["description"] == "There is no such book")
        #expect(responses?["400"]?["description"] == "Something is odd")
    }

    @Test func eachStatusIsInTheDocumentOnce() throws {
        var api = API(title: "t", version: "1")
        api.post(
            "/a", name: "a", Body(Int.self),
            errors: [.notFound, .ok, .notFound, .unprocessableContent, .badRequest]
        ) { $0 }
        guard case .object(let responses)? = try api.openAPIDocument()["paths"]?["/a"]?["post"]?["responses"] else {
            Testing.Issue.record("no responses")
            return
        }
        #expect(responses.map(\.name) == ["200", "400", "404", "422"])
        #expect(responses.first?.value["description"] == "Successful Response")
    }

    @Test func theSummaryDefaultsToTheName() throws {
        let operation = try document["paths"]?["/plain"]?["get"]
        #expect(operation?["summary"] == "Plain Words" && operation?["description"] == nil)
        #expect(operation?["deprecated"] == nil && operation?["tags"] == nil)
        #expect(operation?["responses"]?["200"]?["description"] == "Successful Response")
    }

    @Test func aParameterHasItsDescription() throws {
        let parameters = try document["paths"]?["/notes/{book}"]?["post"]?["parameters"]
        #expect(parameters?[0]?["description"] == "Its number.")
        #expect(parameters?[0]?["schema"]?["examples"] == [7])
        #expect(parameters?[1]?["name"] == "x-token" && parameters?[1]?["in"] == "header")
        #expect(parameters?[1]?["required"] == false && parameters?[1]?["description"] == "Who you are.")
        #expect(parameters?[1]?["schema"]?["title"] == "X-Token")
    }

    @Test func aModelHasItsDescription() throws {
        let note = try document["components"]?["schemas"]?["Note"]
        #expect(note?["description"] == "A thought." && note?["examples"] == [["text": "Buy rice"]])
        #expect(note?["properties"]?["text"]?["description"] == "Not too long.")
        #expect(try document["info"]?["description"] == "All **notes**.")
    }
}
