import Endpoints
import Messages
import Testing

@Suite struct HandlerTests {
    private func kind(_ api: API, _ target: String) throws -> String {
        switch try api.build().answer(Request(.get, target)) {
        case .now: "now"
        case .later: "later"
        case .blocking: "blocking"
        }
    }

    @Test func aSynchronousHandlerRunsOnThePoolByDefault() throws {
        var api = API(title: "t", version: "1")
        api.get("/inline", run: .inline) { "a" }
        api.get("/async", name: "async") { () async in "a" }
        api.get("/pool", name: "pool") { "a" }
        #expect(try kind(api, "/inline") == "now")
        #expect(try kind(api, "/async") == "later")
        #expect(try kind(api, "/pool") == "blocking")
    }

    @Test func wouldBlockRunsAHandlerAgainOnThePool() async throws {
        var api = API(title: "t", version: "1")
        api.get("/a", name: "a", Query("wait", Bool.self), run: .inline) { wait in
            if wait, !Attempt.isSecond { throw WouldBlock() }
            return "read"
        }
        #expect(try kind(api, "/a?wait=0") == "now")
        let application = try api.build()
        guard case .blocking(_, let respond) = try application.answer(Request(.get, "/a?wait=1")) else {
            Testing.Issue.record("not on the pool")
            return
        }
        #expect(try Attempt.$isSecond.withValue(true) { try respond() }.text == #""read""#)
    }

    @Test func anInlineHandlerComesBeforeTheAsyncOne() async throws {
        var api = API(title: "t", version: "1")
        api.get("/a", name: "a", Query("wait", Bool.self)) { wait async in
            "later"
        } inline: { wait in
            if wait { throw WouldBlock() }
            return "now"
        }
        #expect(try kind(api, "/a?wait=0") == "now")
        #expect(try kind(api, "/a?wait=1") == "later")
        #expect(try kind(api, "/a?wait=x") == "now")
        let application = try api.build()
        #expect(try await SampleAPI.answer(application, Request(.get, "/a?wait=0")).text == #""now""#)
        #expect(try await SampleAPI.answer(application, Request(.get, "/a?wait=1")).text == #""later""#)
        #expect(try await SampleAPI.answer(application, Request(.get, "/a?wait=x")).status == .unprocessableContent)
        let responses = try api.openAPIDocument()["paths"]?["/a"]?["get"]?["responses"]
        #expect(responses?["200"]?["content"] != nil)
    }

    @Test func anInlineHandlerRunsAfterAsyncDependenciesToo() async throws {
        let number = Dependency { () async -> Int in 7 }
        var api = API(title: "t", version: "1")
        api.get("/a", number, Query("wait", Bool.self)) { number, wait async in
            "later \(number)"
        } inline: { number, wait in
            if wait { throw WouldBlock() }
            return "now \(number)"
        }
        #expect(try kind(api, "/a?wait=0") == "later")
        let application = try api.build()
        #expect(try await SampleAPI.answer(application, Request(.get, "/a?wait=0")).text == #""now 7""#)
        #expect(try await SampleAPI.answer(application, Request(.get, "/a?wait=1")).text == #""later 7""#)
    }

    @Test func aResponseErrorIsAnsweredWithItsResponse() async throws {
        let response = try await SampleAPI.answer(.get, "/dishes/404")
        #expect(response.status == .notFound)
        #expect(response.text == #"{"detail":"No dish 404"}"#)
        #expect(try await SampleAPI.answer(.get, "/menu?fail=yes").status == .badGateway)
    }

    @Test func aResponseKeepsItsStatus() async throws {
        #expect(try await SampleAPI.answer(.delete, "/dishes/1").status == .noContent)
    }

    @Test func aHandlerThatReturnsNothingIsA204() async throws {
        var api = API(title: "t")
        api.delete("/a/{id}", Path("id", Int.self)) { _ in }
        api.delete("/b") { () async in await Task.yield() }
        api.delete("/c") { NoContent() }
        api.post("/d", status: .created) {}
        for (method, path, status) in [
            (Method.delete, "/a/1", Status.noContent), (.delete, "/b", .noContent), (.delete, "/c", .noContent),
            (.post, "/d", .created),
        ] {
            let response = try await SampleAPI.answer(api.build(), Request(method, path))
            #expect(response.status == status && response.fields.isEmpty && response.body.isEmpty)
        }
        let responses = try api.openAPIDocument()["paths"]?["/b"]?["delete"]?["responses"]
        #expect(responses?["204"]?["content"] == nil && responses?["204"] != nil)
    }

    @Test func aHandlerMayBeASwitch() async throws {
        enum Side: String, Choice { case left, right }
        var api = API(title: "t")
        api.get("/{side}", Path("side", Side.self), RequestContext()) { side, context in
            switch side {
            case .left: HTML("left")
            case .right: HTML("right of \(context.request.method)")
            }
        }
        api.get("/later/{side}", Path("side", Side.self), RequestContext()) { side, context async throws in
            let text = side.rawValue + "!"
            return try await context.runBlocking { text }
        }
        let application = try api.build()
        #expect(try await SampleAPI.answer(application, Request(.get, "/right")).text == "right of GET")
        #expect(try await SampleAPI.answer(application, Request(.get, "/later/left")).text == #""left!""#)
    }

    @Test func nilIsNullOrTheStatusOfIfNil() async throws {
        var api = API(title: "t")
        api.get("/null", Query("q", String?.self)) { $0 }
        api.get("/404", Query("q", String?.self), ifNil: .notFound) { $0 }
        api.get("/404/later", Query("q", String?.self), ifNil: .notFound) { q async in q }
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/null")).text == "null")
        for path in ["/404", "/404/later"] {
            let response = try await SampleAPI.answer(api.build(), Request(.get, path))
            #expect(response.status == .notFound && response.text == #"{"detail":"Not Found"}"#)
            #expect(try await SampleAPI.answer(api.build(), Request(.get, path + "?q=a")).text == #""a""#)
            let responses = try api.openAPIDocument()["paths"]?[path]?["get"]?["responses"]
            #expect(responses?["404"] != nil)
            let schema = responses?["200"]?["content"]?["application/json"]?["schema"]
            #expect(schema?["type"] == "string" && schema?["anyOf"] == nil)
        }
    }

    @Test func aResponseWithoutContentIsDocumentedAs204() async throws {
        var api = API(title: "t")
        api.post("/a") { NoContent() }
        api.post("/b") { () async in Reply(NoContent()).addingCookie("a", "1") }
        api.post("/c", status: .accepted) { NoContent() }
        for (path, status) in [("/a", Status.noContent), ("/b", .noContent), ("/c", .accepted)] {
            #expect(try await SampleAPI.answer(api.build(), Request(.post, path)).status == status)
            let responses = try api.openAPIDocument()["paths"]?[path]?["post"]?["responses"]
            #expect(responses?["\(status.code)"] != nil && (status == .accepted || responses?["200"] == nil))
        }
    }

    @Test func aReplyOfNilIsNil() async throws {
        var api = API(title: "t")
        api.get("/a", Query("q", String?.self), ifNil: .notFound) { Reply($0).addingCookie("seen", "1") }
        let missing = try await SampleAPI.answer(api.build(), Request(.get, "/a"))
        #expect(missing.status == .notFound && missing.header("set-cookie") == nil)
        #expect(try await SampleAPI.answer(api.build(), Request(.get, "/a?q=x")).header("set-cookie") != nil)
    }

    @Test func errorHandlersOfNotFoundHandleNilToo() async throws {
        struct Missing: Error {}
        struct Problem: Model {
            let code: String
            static let properties = Properties(Problem.init) { Property("code", \.code) }
        }
        func responses(_ rule: (inout API) -> Void) throws -> (JSON?, any Application) {
            var api = API(title: "t")
            rule(&api)
            api.get("/a", Query("q", String?.self), ifNil: .notFound) { $0 }
            let answer = try api.openAPIDocument()["paths"]?["/a"]?["get"]?["responses"]?["404"]
            return (answer?["content"]?["application/json"]?["schema"]?["$ref"], try api.build())
        }
        let (schema, application) = try responses { api in
            api.onError(NotFoundError.self, statuses: [.notFound]) { _, _ in Problem(code: "none") }
        }
        #expect(schema == "#/components/schemas/Problem")
        #expect(try await SampleAPI.answer(application, Request(.get, "/a")).text == #"{"code":"none"}"#)
        let (other, plain) = try responses { api in
            api.onError(Missing.self, statuses: [.notFound]) { _, _ in Problem(code: "missing") }
        }
        #expect(other == "#/components/schemas/HTTPError")
        #expect(try await SampleAPI.answer(plain, Request(.get, "/a")).text == #"{"detail":"Not Found"}"#)
    }

    @Test func aReplyHasAStatusFieldsAndCookies() async throws {
        var api = API(title: "t")
        api.get("/a") {
            Reply([1, 2]).status(.created).addingHeader("X-Total-Count", "9")
                .addingCookie("seen", "a b;c", maxAge: .seconds(60), isSecure: true, sameSite: .strict).addingCookie(
                    "b", "1")
        }
        let response = try await SampleAPI.answer(api.build(), Request(.get, "/a"))
        #expect(response.status == .created && response.text == "[1,2]")
        #expect(response.header("x-total-count") == "9")
        #expect(
            response.fields.filter { $0.name == "set-cookie" }.map(\.value) == [
                "seen=a%20b%3Bc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Strict",
                "b=1; Path=/; HttpOnly; SameSite=Lax",
            ])
        let schema = try api.openAPIDocument()["paths"]?["/a"]?["get"]?["responses"]?["200"]?["content"]?[
            "application/json"]
        #expect(schema?["schema"]?["type"] == "array")
    }

    @Test func aCookieIsReadByItsName() async throws {
        var api = API(title: "t")
        api.get("/a", Cookie("seen", String?.self), Cookie("n", default: 7)) { "\($0 ?? "nil") \($1)" }
        for (line, answer) in [
            ("seen=a%20b%3Bc; n=8", "a b;c 8"), ("other=1;seen=\"x\"", "x 7"), ("seen=", " 7"), ("sEEn=1", "nil 7"),
            ("seen=1; seen=2", "1 7"),
        ] {
            let request = Request(.get, "/a", fields: [Field("cookie", line)])
            #expect(try await SampleAPI.answer(api.build(), request).text == "\"\(answer)\"", "\(line)")
        }
        let request = Request(.get, "/a", fields: [Field("cookie", "n=x")])
        #expect(try await SampleAPI.answer(api.build(), request).issues == [#"int_parsing ["cookie","n"]"#])
    }

    @Test func anOperationWithoutANameIsNamedByItsPath() throws {
        var api = API(title: "t")
        api.get("/tasks/{id}", Path("id", Int.self)) { $0 }
        let operation = try api.openAPIDocument()["paths"]?["/tasks/{id}"]?["get"]
        #expect(operation?["operationId"] == "get_tasks_tasks__id__get" && operation?["summary"] == "Get Tasks")
    }

    @Test func readinessFollowsTheServerAndTheCheck() async throws {
        #expect(try await SampleAPI.answer(.get, "/health/live").text == #"{"status":"ok"}"#)
        #expect(try await SampleAPI.answer(.get, "/health/ready").status == .ok)
        let application = try SampleAPI.api.build()
        application.drain()
        let draining = try await SampleAPI.answer(application, Request(.get, "/health/ready"))
        #expect(draining.status == .serviceUnavailable)
        #expect(draining.text == #"{"status":"draining"}"#)
        var api = API(title: "t", version: "1")
        api.include(Health { "database" }.router)
        let unavailable = try await SampleAPI.answer(api.build(), Request(.get, "/health/ready"))
        #expect(unavailable.status == .serviceUnavailable)
        #expect(unavailable.text == #"{"status":"unavailable","reason":"database"}"#)
    }
}

private enum Attempt {
    @TaskLocal static var isSecond = false
}
