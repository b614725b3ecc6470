import Endpoints
import Messages
import Testing

@Suite struct StreamTests {
    private var api: API {
        var api = API(title: "t", version: "1")
        api.post("/upload/{name}", name: "upload", Path("name", String.self), StreamingBody(limit: 100)) {
            name, content in
            var count = 0
            for try await piece in content { count += piece.count }
            return "\(name) \(count)"
        }
        api.post("/upload/whole", name: "whole", Body(Int.self)) { $0 }
        api.put("/log", name: "log", StreamingBody(mediaType: "text/plain")) { content in
            StreamingResponse("text/csv", content, fields: [Field("x-kind", "echo")])
        }
        return api
    }

    private func mode(_ method: Method, _ target: String) throws -> ContentMode {
        try api.build().contentMode(for: RequestHead(method, target))
    }

    @Test func onlyEndpointsWithAStreamingBodyStreamTheContent() throws {
        #expect(try mode(.post, "/upload/a%20b") == .stream(limit: 100))
        #expect(try mode(.put, "/log") == .stream(limit: nil))
        #expect(try mode(.post, "/upload/whole") == .whole)
        #expect(try mode(.post, "/log") == .whole)
        #expect(try mode(.post, "/other") == .whole)
    }

    @Test func aHandlerReadsThePieces() async throws {
        let request = Request(.post, "/upload/a", body: [1, 2, 3])
        #expect(try await SampleAPI.answer(api.build(), request).text == #""a 3""#)
    }

    @Test func aResponseMayBeStreamed() async throws {
        let response = try await SampleAPI.answer(api.build(), Request(.put, "/log", body: [65]))
        #expect(response.status == .ok && response.body.isEmpty)
        #expect(response.header("content-type") == "text/csv" && response.header("x-kind") == "echo")
    }

    @Test func theDocumentShowsTheMediaTypeOfAnUpload() throws {
        let document = try api.openAPIDocument()
        let operation = document["paths"]?["/upload/{name}"]?["post"]
        let content: JSON = ["application/octet-stream": ["schema": ["type": "string", "format": "binary"]]]
        #expect(operation?["requestBody"] == ["content": content, "required": true])
        let log = document["paths"]?["/log"]?["put"]
        #expect(log?["requestBody"]?["content"]?["text/plain"] != nil && log?["responses"]?["422"] == nil)
    }
}
