import Endpoints
import Messages
import Synchronization
import Testing

@Suite struct ContextTests {
    private final class Store: Sendable {
        let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func answer(
        _ target: String, _ connection: ConnectionInfo = ConnectionInfo(), fields: [Field] = [],
        _ declare: (inout API) -> Void
    ) async throws -> Response {
        var api = API(title: "t")
        declare(&api)
        return try await SampleAPI.answer(api.build(), Request(.get, target, fields: fields, connection: connection))
    }

    @Test func theContextHasTheRequestAndTheRoute() async throws {
        let response = try await answer("/tasks/a%20b", ConnectionInfo(peer: "192.0.2.1")) { api in
            api.get("/tasks/{id}", name: "task", Path("id", String.self), RequestContext()) { id, context in
                let route = context.route
                return
                    "\(id) \(context.pathParameter("id") ?? "") \(route?.path ?? "") \(route?.name ?? "") \(context.peer)"
            }
        }
        #expect(response.text == #""a b a b /tasks/{id} task 192.0.2.1""#)
    }

    @Test func theIDIsRandomUnlessATrustedProxySendsOne() async throws {
        let field = [Field("x-request-id", "abc-1")]
        func id(isTrusted: Bool, fields: [Field]) async throws -> String {
            try await answer("/", ConnectionInfo(isTrusted: isTrusted), fields: fields) { api in
                api.get("/", RequestContext()) { $0.id == $0.id ? $0.id : "differs" }
            }.text
        }
        #expect(try await id(isTrusted: true, fields: field) == #""abc-1""#)
        for (isTrusted, fields) in [(false, field), (true, []), (true, [Field("x-request-id", "a\"b c")])] {
            let id = try await id(isTrusted: isTrusted, fields: fields)
            #expect(id.count == 18 && id.dropFirst().dropLast().allSatisfy { $0.isHexDigit })
        }
    }

    @Test func theRemainingTimeFollowsTheServersDeadline() async throws {
        func left(_ deadline: UInt64?) async throws -> String {
            try await answer("/", ConnectionInfo(deadline: deadline)) { api in
                api.get("/", RequestContext()) { context in
                    context.remainingTime.map { $0 == .zero ? "late" : "some" } ?? "any"
                }
            }.text
        }
        #expect(try await left(nil) == #""any""#)
        #expect(try await left(1) == #""late""#)
        #expect(try await left(.max) == #""some""#)
    }

    @Test func valuesComeFromTheAPIAndFromMiddleware() async throws {
        struct User: Sendable { let name: String }
        struct LogIn: InlineMiddleware {
            func before(_ context: Context) throws -> Response? {
                try context.get(Store.self).add("log in")
                context[User.self] = User(name: "ann")
                return nil
            }
        }
        let store = Store()
        let response = try await answer("/") { api in
            api.provide(store)
            api.use(LogIn())
            api.get("/", RequestContext(), Injected(Store.self)) { context, store in
                "\(try context.get(User.self).name) \(store.all)"
            }
        }
        #expect(response.text == #""ann [\"log in\"]""#)
    }

    @Test func aMissingValueIsAnErrorAtStartOrA500() async throws {
        let error = await #expect(throws: DeclarationError.self) {
            try await answer("/") { api in api.get("/", Injected(Store.self)) { _ in "a" } }
        }
        #expect(error?.description == "GET /: no Store is provided: call api.provide(...) before api.build()")
        let response = try await answer("/") { api in
            api.get("/", RequestContext()) { context in try context.get(Store.self).all }
        }
        #expect(response.status == .internalServerError)
    }

    @Test func anAsyncHandlerRunsBlockingWorkOnThePool() async throws {
        let response = try await answer("/") { api in
            api.get("/", RequestContext()) { context async throws in try await context.runBlocking { "done" } }
        }
        #expect(response.text == #""done""#)
        let failure = try await answer("/") { api in
            api.get("/", RequestContext()) { context async throws -> String in
                try await context.runBlocking { throw HTTPError(.conflict) }
            }
        }
        #expect(failure.status == .conflict)
    }

    @Test func jobsRunAfterTheResponseAndAStopWaitsForThem() async throws {
        let store = Store()
        var api = API(title: "t")
        api.get("/", RequestContext()) { context in
            context.afterResponse {
                await Task.yield()
                store.add("one")
                throw HTTPError(.conflict)
            }
            context.afterResponse { store.add("two") }
            return "answer"
        }
        let application = try api.build()
        let response = try await SampleAPI.answer(application, Request(.get, "/"))
        #expect(response.text == #""answer""# && store.all == [])
        response.whenSent?()
        await application.stop()
        #expect(store.all == ["one", "two"])
    }

    @Test func aStreamIsToldOfADrain() async throws {
        var api = API(title: "t")
        api.get("/", RequestContext()) { context async in
            await context.untilDraining()
            return context.isDraining
        }
        let application = try api.build()
        async let response = SampleAPI.answer(application, Request(.get, "/"))
        application.drain()
        #expect(try await response.text == "true")
    }

    @Test func cancellationEndsTheWaitForADrain() async throws {
        var api = API(title: "t")
        api.get("/", RequestContext()) { context async in
            await context.untilDraining()
            return context.isDraining
        }
        let application = try api.build()
        let task = Task { try await SampleAPI.answer(application, Request(.get, "/")) }
        task.cancel()
        #expect(try await task.value.text == "false")
    }

    private protocol Shop: Sendable { var name: String { get } }
    private struct Shelf: Shop { let name = "shelf" }

    @Test func aValueIsFoundByTheProtocolThatItIsProvidedAs() async throws {
        var api = API(title: "t")
        api.provide(Shelf(), as: (any Shop).self)
        api.get("/", Injected((any Shop).self)) { $0.name }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == #""shelf""#)
    }

    @Test func anOptionalThatIsNotProvidedIsMissing() async throws {
        var api = API(title: "t")
        api.get("/", RequestContext(), run: .inline) { context in
            let before = context[String?.self] == nil
            context[String?.self] = .some(nil)
            return before && context[String?.self] != nil ? "right" : "wrong"
        }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == #""right""#)
    }
}
