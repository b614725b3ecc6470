import Brigade
import BrigadeTesting
import Synchronization
import Testing

@Suite struct TestClientTests {
    private struct ToDo: Model, Hashable {
        let title: String
        let done: Bool

        static let properties = Properties(ToDo.init) {
            Property("title", \.title, .length(1...80))
            Property("done", \.done, default: false)
        }
    }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Stamp: InlineMiddleware {
        func after(_ response: inout Response, _ context: Context) {
            response.fields.append(Field("x-stamp", context.request.header("user-agent") ?? "none"))
        }
    }

    private static func api(_ log: Log = Log()) -> API {
        var api = API(title: "t")
        api.use(Stamp())
        api.post("/tasks", RequestContext(), Body(ToDo.self), status: .created) { context, task in
            context.afterResponse {
                await Task.yield()
                log.add("mailed \(task.title)")
            }
            return task
        }
        api.put("/tasks", Body(ToDo.self)) { $0 }
        api.patch("/tasks", Body(JSON.self)) { $0 }
        api.delete("/tasks/{id}", Path("id", Int.self)) { _ in }
        api.post("/log-in", Form(ToDo.self, from: .anyOrigin)) { form in
            Reply(form.title).addingCookie("user", form.title)
        }
        api.get("/me", Cookie("user", String?.self)) { $0 }
        api.post("/log-out") { Reply(NoContent()).addingCookie("user", "", maxAge: .zero) }
        api.get("/lines") {
            let lines = AsyncStream { continuation in
                for line in ["a", "b"] { continuation.yield(Array(line.utf8)) }
                continuation.finish()
            }
            return StreamingResponse("text/plain", lines)
        }
        api.get("/events", RequestContext()) { context in
            let events = AsyncStream { continuation in
                continuation.yield(Array("data: 1\n\ndata".utf8))
                continuation.yield(Array(": 2\nid: 7\n\n".utf8))
                Task {
                    await context.untilDraining()
                    continuation.yield(Array("data: end\n\n".utf8))
                    continuation.finish()
                }
            }
            return StreamingResponse("text/event-stream", events)
        }
        return api
    }

    @Test func theClientSendsAndReadsModels() async throws {
        let client = try TestClient(TestClientTests.api())
        let task = ToDo(title: "Buy rice", done: true)
        let response = try await client.post("/tasks", json: task)
        #expect(response.status == .created && response.header("X-Stamp") == "none")
        #expect(try response.decode(ToDo.self) == task)
        #expect(try await client.put("/tasks", json: ["title": "a"]).decode() == ToDo(title: "a", done: false))
        #expect(try await client.patch("/tasks", json: ["a": 1]).json == ["a": 1])
        #expect(try await client.delete("/tasks/1").status == .noContent)
        let wrong = try await client.post("/tasks", json: ["title": ""])
        #expect(wrong.status == .unprocessableContent)
        #expect(throws: TestClientError.self) { try wrong.decode(ToDo.self) }
        client.setHeader("User-Agent", "tests")
        #expect(try await client.get("/me").header("x-stamp") == "tests")
        #expect(try await client.get("/me", headers: ["user-agent": "other"]).header("x-stamp") == "other")
    }

    @Test func jobsAfterAResponseHaveEndedWhenItIsReturned() async throws {
        let log = Log()
        let client = try TestClient(TestClientTests.api(log))
        _ = try await client.post("/tasks", json: ["title": "a"])
        #expect(log.all == ["mailed a"])
    }

    @Test func cookiesAreSentBack() async throws {
        let client = try TestClient(TestClientTests.api())
        #expect(try await client.get("/me").text == "null")
        #expect(try await client.post("/log-in", form: ["title": "Ann & Bob"]).text == #""Ann & Bob""#)
        #expect(try await client.get("/me").text == #""Ann & Bob""#)
        #expect(client.cookieValues == ["user": "Ann%20&%20Bob"])
        _ = try await client.post("/log-out", form: [:])
        #expect(try await client.get("/me").text == "null")
    }

    @Test func aStreamIsReadAsItArrives() async throws {
        let application = try TestClientTests.api().build()
        let client = TestClient(application)
        #expect(try await client.get("/lines").text == "ab")
        let response = try await client.stream(.get, "/events")
        var events = response.events.makeAsyncIterator()
        #expect(try await events.next() == "data: 1")
        #expect(try await events.next() == "data: 2\nid: 7")
        application.drain()
        #expect(try await events.next() == "data: end")
        #expect(try await events.next() == nil)
    }

    @Test func aProgramRunsAroundItsTest() async throws {
        let log = Log()
        let program = WorkerProgram("t") { serve in
            log.add("open")
            try await serve(TestClientTests.api(log))
            log.add("close")
        }
        let status = try await TestClient.serving(program) { client in
            log.add("test")
            return try await client.post("/tasks", json: ["title": "a"]).status
        }
        #expect(status == .created && log.all == ["open", "test", "mailed a", "close"])
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await TestClient.serving(WorkerProgram("t") { _ in throw Broken() }) { _ in }
        }
        await #expect(throws: TestClientError.self) {
            try await TestClient.serving(WorkerProgram("t") { _ in }) { _ in }
        }
    }

    @Test(.timeLimit(.minutes(1))) func tasksOfTheHostAreNotWaitedFor() async throws {
        var api = API(title: "t")
        api.get("/") { "a" }
        let application = try api.build(onStart: { host in host.startTask { try? await Task.sleep(for: .seconds(600)) }
        })
        #expect(try await TestClient(application).get("/").text == #""a""#)
    }
}
