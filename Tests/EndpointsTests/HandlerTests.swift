import Endpoints
import Messages
import Testing

@Suite struct HandlerTests {
    private struct Broken: Error {}

    private func kind(_ api: API, _ target: String) throws -> String {
        switch try api.build().answer(Request(.get, target)) {
        case .now: "now"
        case .later: "later"
        case .blocking: "blocking"
        }
    }

    @Test func aHandlerRunsWhereItSays() throws {
        var api = API(title: "t", version: "1")
        api.get("/sync", name: "sync", "") { "a" }
        api.get("/async", name: "async", "") { () async in "a" }
        api.get("/pool", name: "pool", "", run: .blocking) { "a" }
        #expect(try kind(api, "/sync") == "now")
        #expect(try kind(api, "/async") == "later")
        #expect(try kind(api, "/pool") == "blocking")
    }

    @Test func whatWouldBlockIsRunAgainOnThePool() async throws {
        var api = API(title: "t", version: "1")
        api.get("/a", name: "a", "", Query("wait", Bool.self)) { wait in
            if wait, !Attempt.isSecond { throw WouldBlock() }
            return "read"
        }
        #expect(try kind(api, "/a?wait=0") == "now")
        let application = try api.build()
        guard case .blocking(let respond) = try application.answer(Request(.get, "/a?wait=1")) else {
            Testing.Issue.record("not on the pool")
            return
        }
        #expect(try Attempt.$isSecond.withValue(true) { try respond() }.text == #""read""#)
    }

    @Test func anErrorWithAnAnswerIsAnswered() async throws {
        let response = try await Kitchen.answer(.get, "/dishes/404")
        #expect(response.status == .notFound)
        #expect(response.text == #"{"detail":"No dish 404"}"#)
        #expect(try await Kitchen.answer(.get, "/menu?fail=yes").status == .badGateway)
    }

    @Test func anyOtherErrorIsTheServers() async throws {
        var api = API(title: "t", version: "1")
        api.get("/a", name: "a", "") { () throws -> String in throw Broken() }
        api.get("/b", name: "b", "") { () async throws -> String in throw Broken() }
        let application = try api.build()
        await #expect(throws: Broken.self) { try await Kitchen.answer(application, Request(.get, "/a")) }
        await #expect(throws: Broken.self) { try await Kitchen.answer(application, Request(.get, "/b")) }
    }

    @Test func aWholeAnswerKeepsItsStatus() async throws {
        #expect(try await Kitchen.answer(.delete, "/dishes/1").status == .noContent)
    }

    @Test func theEndOfAPassReachesTheApplication() async throws {
        try await confirmation { ended in
            let application = try Kitchen.api.build(passEnded: { ended() })
            application.passEnded()
        }
    }

    @Test func stoppingReachesTheApplication() async throws {
        await confirmation { stopped in
            let application = try? API(title: "t", version: "1").build { stopped() }
            await application?.stop()
        }
    }

    @Test func readinessFollowsTheServerAndTheCheck() async throws {
        #expect(try await Kitchen.answer(.get, "/health/live").text == #"{"status":"ok"}"#)
        #expect(try await Kitchen.answer(.get, "/health/ready").status == .ok)
        let draining = try await Kitchen.answer(.get, "/health/ready", connection: ConnectionInfo(isDraining: true))
        #expect(draining.status == .serviceUnavailable)
        #expect(draining.text == #"{"status":"draining"}"#)
        var api = API(title: "t", version: "1")
        api.include(Health { "database" }.router)
        let unavailable = try await Kitchen.answer(api.build(), Request(.get, "/health/ready"))
        #expect(unavailable.status == .serviceUnavailable)
        #expect(unavailable.text == #"{"status":"unavailable","reason":"database"}"#)
    }
}

private enum Attempt {
    @TaskLocal static var isSecond = false
}
