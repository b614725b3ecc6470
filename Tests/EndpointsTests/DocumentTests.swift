import Endpoints
import Foundation
import Messages
import Testing

@Suite struct DocumentTests {
    /// A change of the document shows in review. `UPDATE_SNAPSHOTS=1` writes the file anew.
    @Test func theDocumentIsTheSnapshot() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/openapi.json")
        let document = try Kitchen.api.document().indented() + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try document.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == document)
    }

    @Test func whatIsHiddenIsNotInTheDocumentButAnswers() async throws {
        var api = API(title: "t", version: "1")
        api.get("/hidden", name: "hidden", "", isDocumented: false) { "here" }
        #expect(try api.document()["paths"] == .object([]))
        #expect(try await Kitchen.answer(api.build(), .init(.get, "/hidden")).text == #""here""#)
    }
}

extension JSON {
    /// For people, a member a line.
    fileprivate func indented(_ margin: String = "") -> String {
        let inner = margin + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\"\($0.name)\": \($0.value.indented(inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
        default:
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
