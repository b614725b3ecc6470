import Endpoints
import Messages
import Testing

@Suite struct PatchTests {
    private struct Item: Equatable {
        var name = "a"
        var note: String? = "b"
    }

    private func read<Value: RequestValue>(_ type: Value.Type, _ json: JSON) -> (value: Value?, issues: [String]) {
        var issues: [Endpoints.Issue] = []
        let value = Value.read(json, issues: &issues)
        return (value, issues.map(\.type))
    }

    @Test func absentPropertyIsKept() {
        #expect(Patch<String>.valueWhenAbsent == .keep && Patch<String?>.valueWhenAbsent == .keep)
        var item = Item()
        Patch<String>.keep.apply(to: \.name, of: &item)
        Patch<String?>.keep.apply(to: \.note, of: &item)
        #expect(item == Item())
        #expect(Patch.keep.value(keeping: 1) == 1 && Patch.set(2).value(keeping: 1) == 2)
    }

    @Test func nullIsSetIfTheTypeIsOptional() {
        #expect(read(Patch<String?>.self, nil).value == .set(nil))
        #expect(read(Patch<String>.self, nil).issues == ["string_type"])
        #expect(read(Patch<String>.self, "x").value == .set("x"))
        var item = Item()
        Patch<String?>.set(nil).apply(to: \.note, of: &item)
        Patch.set("x").apply(to: \.name, of: &item)
        #expect(item == Item(name: "x", note: nil))
    }

    @Test func keptPropertyIsNotWritten() {
        #expect(!Patch<String>.keep.isWritten && Patch.set("x").isWritten && Patch<String?>.set(nil).isWritten)
        var writer = JSONWriter()
        Patch.set("x").write(to: &writer)
        #expect(writer.bytes == Array(#""x""#.utf8))
    }

    @Test func constraintsCheckTheWrappedValue() async throws {
        var api = API(title: "t", version: "1")
        api.get("/", name: "a", Query("name", Patch<String>.self, .length(...3))) { name in
            name.value(keeping: "kept")
        }
        let application = try api.build()
        func get(_ target: String) async throws -> Response {
            try await SampleAPI.answer(application, Request(.get, target))
        }
        #expect(try await get("/").text == #""kept""#)
        #expect(try await get("/?name=abc").text == #""abc""#)
        #expect(try await get("/?name=abcd").issues == [#"string_too_long ["query","name"]"#])
        let parameter = try api.openAPIDocument()["paths"]?["/"]?["get"]?["parameters"]?[0]
        #expect(parameter?["schema"] == ["type": "string", "maxLength": 3, "title": "Name"])
        #expect(parameter?["required"] == false)
    }
}
