import Endpoints
import Messages
import Synchronization
import Testing

/// The end of a request: normal, cancelled, retried by middleware, or with jobs after the response.
@Suite struct RequestEndTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private let log = Log()

    private final class Calls: Sendable {
        private let count = Mutex(0)

        var isFirst: Bool {
            count.withLock { count in
                count += 1
                return count == 1
            }
        }
    }

    private func transaction() -> Dependency<Int> {
        Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            log.add("begin")
            do {
                try await yield(log.all.count)
            } catch {
                log.add("roll back")
                throw error
            }
            log.add("commit")
        }
    }

    // MARK: Scopes

    @Test(.timeLimit(.minutes(1))) func aDisconnectCancelsADependencyBeforeItYields() async throws {
        let started = AsyncStream<Void>.makeStream()
        let connection = Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            started.continuation.yield()
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                log.add("cancelled")
                throw error
            }
            try await yield(1)
        }
        var api = API(title: "t")
        api.get("/", connection) { $0 }
        let application = try api.build()
        let request = Task { try await SampleAPI.answer(application, Request(.get, "/")) }
        for await _ in started.stream { break }
        request.cancel()
        #expect(try await request.value.status == .serviceUnavailable)
        #expect(log.all == ["cancelled"])
    }

    @Test(.timeLimit(.minutes(1))) func theCodeAfterYieldIsNotCancelled() async throws {
        let started = AsyncStream<Void>.makeStream()
        let transaction = Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            do { try await yield(1) } catch { log.add(Task.isCancelled ? "cancelled" : "roll back") }
        }
        var api = API(title: "t")
        api.get("/", transaction) { number async throws in
            started.continuation.yield()
            try await Task.sleep(for: .seconds(600))
            return number
        }
        let application = try api.build()
        let request = Task { try await SampleAPI.answer(application, Request(.get, "/")) }
        for await _ in started.stream { break }
        request.cancel()
        _ = try await request.value
        #expect(log.all == ["roll back"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func yieldingTwiceIsAnErrorAndNoRequestHangs(atOnce: Bool) async throws {
        let twice = Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            defer { log.add("over") }
            if atOnce {
                async let other: Void = yield(2)
                try await yield(1)
                try await other
            } else {
                try await yield(1)
                try await yield(2)
            }
        }
        var api = API(title: "t")
        api.get("/", twice) { number async in
            await Task.yield()
            return number
        }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).status == .internalServerError)
        #expect(log.all == ["over"])
    }

    @Test(.timeLimit(.minutes(1))) func aTransactionIsRolledBackIfTheClientDoesNotGetTheResponse() async throws {
        let started = AsyncStream<Void>.makeStream()
        let transaction = Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            do {
                try await yield(1)
                log.add("commit")
            } catch {
                log.add("roll back")
                throw error
            }
        }
        var api = API(title: "t")
        // It ignores the cancellation of its request.
        api.get("/", transaction) { number async in
            started.continuation.yield()
            while !Task.isCancelled { await Task.yield() }
            return number
        }
        let application = try api.build()
        let request = Task { try await SampleAPI.answer(application, Request(.get, "/")) }
        for await _ in started.stream { break }
        request.cancel()
        _ = try await request.value
        #expect(log.all == ["roll back"])
    }

    @Test(.timeLimit(.minutes(1))) func aStopWaitsForDependencyScopes() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let started = AsyncStream<Void>.makeStream()
        let slow = Dependency { [log] (yield: Dependency<Int>.Yield) async throws in
            try await yield(1)
            started.continuation.yield()
            for await _ in gate { break }
            log.add("ended")
        }
        var api = API(title: "t")
        api.get("/", slow) { $0 }
        let application = try api.build(onStop: { [log] in log.add("stopped") })
        let request = Task { try await SampleAPI.answer(application, Request(.get, "/")) }
        for await _ in started.stream { break }
        let stop = Task { await application.stop() }
        await Task.yield()
        #expect(log.all == [])
        opening.yield()
        await stop.value
        #expect(log.all == ["ended", "stopped"])
        _ = try await request.value
    }

    // MARK: Middleware

    private struct Again: Middleware {
        func handle(_ context: Context, next: Next) async throws -> Response {
            let first = try await next(context)
            let second = try await next(context)
            return Response(.ok, body: first.body + second.body)
        }
    }

    @Test func aRetryInMiddlewareMakesNewDependencies() async throws {
        var api = API(title: "t")
        api.get("/", middleware: [Again()], transaction()) { $0 }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == "13")
        #expect(log.all == ["begin", "commit", "begin", "commit"])
    }

    @Test func aRetryInMiddlewareReportsTheSameIssues() async throws {
        let page = Dependency(Query("page", Int.self)) { $0 }
        var api = API(title: "t")
        api.get("/", middleware: [Again()], page) { $0 }
        let text = try await SampleAPI.answer(api.build(), Request(.get, "/?page=x")).text
        #expect(text.split(separator: "int_parsing").count == 3, "\(text)")
    }

    @Test func middlewareSeesTheResponseOfAFullPool() async throws {
        struct Stamp: Middleware {
            func handle(_ context: Context, next: Next) async throws -> Response {
                try await next(context).adding(Field("x-stamp", "1"))
            }
        }
        var api = API(title: "t")
        api.use(Stamp())
        api.get("/") { "a" }
        let application = try api.build()
        application.start(on: NoHost())
        let response = try await SampleAPI.answer(application, Request(.get, "/"))
        #expect(response.status == .serviceUnavailable && response.header("x-stamp") == "1")
    }

    // MARK: WouldBlock

    @Test func wouldBlockMovesAHandlerToThePoolAfterAsyncDependenciesToo() async throws {
        let number = Dependency { () async -> Int in 7 }
        let calls = Calls()
        var api = API(title: "t")
        api.get("/", number, run: .inline) { number in
            if calls.isFirst { throw WouldBlock() }
            return number
        }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == "7")
    }

    @Test func wouldBlockMovesADependencyToThePool() async throws {
        let calls = Calls()
        let number = Dependency(run: .inline) { () throws -> Int in
            if calls.isFirst { throw WouldBlock() }
            return 7
        }
        var api = API(title: "t")
        api.get("/", number) { number async in number }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == "7")
    }

    @Test(arguments: [Execution.inline, .blocking]) func wouldBlockOnThePoolIsAnError(run: Execution) async throws {
        var api = API(title: "t")
        api.onError((any Error).self) { _, _ in Reply("stuck").status(.serviceUnavailable) }
        api.get("/", run: run) { () throws -> String in throw WouldBlock() }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).text == #""stuck""#)
    }

    // MARK: Errors

    @Test func aTimeoutInsideTheHandlerIsNotADisconnect() async throws {
        var api = API(title: "t")
        api.get("/") { () async throws -> String in throw CancellationError() }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).status == .internalServerError)
        api.onError(CancellationError.self) { _, _ in Reply("late").status(.gatewayTimeout) }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).status == .gatewayTimeout)
    }

    @Test func anErrorHandlerWithTheSameStatusKeepsTheFields() async throws {
        var api = API(title: "t")
        api.onError(MethodNotAllowedError.self) { _, _ in Reply("no").status(.methodNotAllowed) }
        api.onError(HTTPError.self) { error, _ in Reply("no").status(error.status) }
        api.get("/", HTTPBearer()) { $0 }
        let refused = try await SampleAPI.answer(api.build(), Request(.put, "/"))
        #expect(refused.text == #""no""# && refused.header("allow") == "GET, HEAD")
        let stranger = try await SampleAPI.answer(api.build(), Request(.get, "/"))
        #expect(stranger.status == .unauthorized && stranger.header("www-authenticate") == "Bearer")
        #expect(stranger.fields.filter { $0.name == "content-type" }.count == 1)
    }

    @Test func aRetryForgetsTheFailure() async throws {
        struct Watch: Middleware {
            func handle(_ context: Context, next: Next) async throws -> Response {
                let first = try await next(context)
                let failure = context.failure
                let second = try await next(context)
                return Response(failure != nil && context.failure == nil ? second.status : first.status)
            }
        }
        let calls = Calls()
        var api = API(title: "t")
        api.get("/", middleware: [Watch()]) { () throws -> String in
            if calls.isFirst { throw HTTPError(.conflict) }
            return "a"
        }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/")).status == .ok)
    }

    // MARK: Jobs after the response

    @Test(.timeLimit(.minutes(1))) func jobsAddedByAStreamRun() async throws {
        let (log, done) = (log, AsyncStream<Void>.makeStream())
        var api = API(title: "t")
        api.get("/", RequestContext()) { context in
            let pieces = AsyncStream<[UInt8]>(unfolding: {
                context.afterResponse {
                    log.add("done")
                    // The jobs have been started already: a later one starts at once.
                    context.afterResponse { done.continuation.yield() }
                }
                return nil
            })
            return StreamingResponse("text/plain", pieces)
        }
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/"))
        try await response.stream?.run { _ in }
        response.whenSent?()
        for await _ in done.stream { break }
        #expect(log.all == ["done"])
    }
}
