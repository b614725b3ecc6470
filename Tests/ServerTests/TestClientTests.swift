import BrigadeTesting
import CLinux
import Endpoints
import Foundation
import Messages
import Testing

/// The test client of a server that runs.
@Suite struct TestClientTests {
    @Test func itAsksARealServer() async throws {
        let server = try TestServer(workers: 1)
        let client = TestClient(server: "http://127.0.0.1:\(server.port)/")
        let recipe = try await client.get("/api/v1/recipes/1")
        #expect(recipe.status == .ok && recipe.header("content-type") == "application/json")
        #expect(try recipe.json["label"] == "Chicken Vesuvio")

        let wrong = try await client.get("/api/v1/recipes/abc")
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("int_parsing"))

        let moved = try await client.get("/api/v1/recipes/search?keyword=tofu")
        #expect(moved.status == .temporaryRedirect && moved.header("location") == "search/?keyword=tofu")

        let head = try await client.send(.head, "/api/v1/recipes/1")
        #expect(head.status == .ok && head.body == [])
        #expect(try await client.send(.put, "/health/live").status == .methodNotAllowed)

        let created = try await client.post(
            "/api/v1/recipes/",
            json: ["label": "Ramen", "source": "Mum", "url": "https://example.com", "submitter_id": 1])
        #expect(created.status == .created)
    }

    /// Answers the first request with these lines, and holds all others.
    private func peer(_ lines: [String]) throws -> TestListener {
        let listener = try TestListener()
        let answer = (lines + ["content-length: 0", "", ""]).joined(separator: "\r\n")
        Thread.detachNewThread {
            let first = accept(listener.descriptor, nil, nil)
            var bytes = [UInt8](repeating: 0, count: 4096)
            guard first >= 0, recv(first, &bytes, bytes.count, 0) > 0 else { return }
            _ = answer.withCString { send(first, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            close(first)
        }
        return listener
    }

    @Test func eachOfSeveralCookiesIsKept() async throws {
        let peer = try peer([
            "HTTP/1.1 200 OK", "set-cookie: a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/", "set-cookie: b=2",
        ])
        let client = TestClient(server: "http://127.0.0.1:\(peer.port)")
        let response = try await client.get("/")
        #expect(response.fields.filter { $0.name == "set-cookie" }.count == 2)
        #expect(client.cookieValues == ["a": "1", "b": "2"])
    }

    @Test(.timeLimit(.minutes(1))) func aTestThatIsCancelledWaitsForNoAnswer() async throws {
        let peer = try TestListener()
        let client = TestClient(server: "http://127.0.0.1:\(peer.port)")
        let request = Task { try await client.get("/") }
        // The request is there; nobody answers it.
        let connection = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: accept(peer.descriptor, nil, nil)) }
        }
        request.cancel()
        await #expect(throws: TestClientError.self) { try await request.value }
        close(connection)
    }

    @Test func noServerIsAFailure() async throws {
        let client = try TestClient(server: "http://127.0.0.1:\(Machine.freePort())")
        await #expect(throws: TestClientError.self) { try await client.get("/") }
    }
}
