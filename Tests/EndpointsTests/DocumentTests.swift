import Endpoints
import Foundation
import Messages
import Testing

@Suite struct DocumentTests {
    /// A change of the document shows in review. `UPDATE_SNAPSHOTS=1` writes the file anew.
    @Test func theDocumentIsTheSnapshot() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/openapi.json")
        let document = try SampleAPI.api.openAPIDocument().indentedText + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try document.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == document)
    }

    @Test func hiddenEndpointsAreServedAndNotDocumented() async throws {
        var api = API(title: "t", version: "1")
        api.get("/hidden", name: "hidden", isDocumented: false) { "here" }
        #expect(try api.openAPIDocument()["paths"] == .object([]))
        #expect(try await SampleAPI.answer(api.build(), .init(.get, "/hidden")).text == #""here""#)
    }
}
