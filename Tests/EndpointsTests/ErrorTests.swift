import Endpoints
import Messages
import Testing

@Suite struct ErrorTests {
    private struct Problem: Model {
        let code: String

        static let properties = Properties(Problem.init) { Property("code", \.code) }
    }

    private enum ShopError: Error { case noItem(Int), tooMany }
    private struct Broken: Error {}

    private func api(_ rules: (inout API) -> Void) -> API {
        var api = API(title: "t")
        rules(&api)
        api.get(
            "/items/{id}", name: "item", Path("id", Int.self), errors: [.notFound: "No such item", .conflict: "Taken"]
        ) { id in
            if id == 0 { throw Broken() }
            if id < 0 { throw ShopError.tooMany }
            throw ShopError.noItem(id)
        }
        api.get("/later") { () async throws -> String in throw Broken() }
        return api
    }

    private func get(_ target: String, _ rules: (inout API) -> Void) async throws -> Response {
        try await SampleAPI.answer(api(rules).build(), Request(.get, target))
    }

    private func shop(_ api: inout API) {
        api.onError(ShopError.self, statuses: [.notFound]) { error, context in
            switch error {
            case .noItem(let id): Reply(Problem(code: "no_item \(id) \(context.route?.name ?? "")")).status(.notFound)
            case .tooMany: throw HTTPError(.conflict, "too many")
            }
        }
    }

    @Test func anUnexpectedErrorTellsTheClientItsIDOnly() async throws {
        for path in ["/items/0", "/later"] {
            let response = try await get(path) { _ in }
            #expect(response.status == .internalServerError)
            let body = try JSON(parsing: response.body)
            #expect(body["detail"] == "Internal Server Error")
            guard case .string(let id)? = body["id"] else {
                Testing.Issue.record("no id")
                continue
            }
            #expect(id.count == 16)
        }
    }

    @Test func errorHandlersAnswerErrors() async throws {
        let response = try await get("/items/7", shop)
        #expect(response.status == .notFound && response.text == #"{"code":"no_item 7 item"}"#)
        // An error handler may throw.
        #expect(try await get("/items/-1", shop).text == #"{"detail":"too many"}"#)
        #expect(try await get("/items/0", shop).status == .internalServerError)
    }

    @Test func theDocumentShowsTheBodyOfAnErrorHandler() throws {
        let responses = try api(shop).openAPIDocument()["paths"]?["/items/{id}"]?["get"]?["responses"]
        let schema = responses?["404"]?["content"]?["application/json"]?["schema"]
        #expect(schema?["$ref"] == "#/components/schemas/Problem")
        #expect(responses?["404"]?["description"] == "No such item")
        let other = responses?["409"]?["content"]?["application/json"]?["schema"]
        #expect(other?["$ref"] == "#/components/schemas/HTTPError")
    }

    @Test func errorHandlersMayReplaceTheFrameworksOwnErrors() async throws {
        func rules(_ api: inout API) {
            api.onError(NotFoundError.self) { _, context in
                Reply(HTML("<h1>\(context.request.method)</h1>")).status(.notFound)
            }
            api.onError(MethodNotAllowedError.self) { error, _ in
                Reply(error.allowed).status(.methodNotAllowed).addingHeader(
                    "allow", error.allowed.joined(separator: ", "))
            }
            api.onError(ValidationError.self, statuses: [.unprocessableContent]) { error, _ in
                Reply(Problem(code: "\(error.issues.count) issues")).status(.unprocessableContent)
            }
            api.onError((any Error).self) { _, context in Problem(code: context.failure is Broken ? "broken" : "other")
            }
        }
        let missing = try await get("/nowhere", rules)
        #expect(missing.status == .notFound && missing.text == "<h1>GET</h1>")
        let wrong = try await SampleAPI.answer(api(rules).build(), Request(.put, "/later"))
        #expect(wrong.status == .methodNotAllowed && wrong.text == #"["GET","HEAD"]"#)
        #expect(wrong.header("allow") == "GET, HEAD")
        let invalid = try await get("/items/x", rules)
        #expect(invalid.status == .unprocessableContent && invalid.text == #"{"code":"1 issues"}"#)
        let broken = try await get("/items/0", rules)
        #expect(broken.status == .internalServerError && broken.text == #"{"code":"broken"}"#)
        let schema = try api(rules).openAPIDocument()["paths"]?["/items/{id}"]?["get"]?["responses"]?["422"]?["content"]
        #expect(schema?["application/json"]?["schema"]?["$ref"] == "#/components/schemas/Problem")
    }

    @Test func middlewareSeesTheFailure() async throws {
        struct Report: InlineMiddleware {
            func after(_ response: inout Response, _ context: Context) {
                response.fields.append(Field("x-failure", context.failure.map { "\(type(of: $0))" } ?? "none"))
            }
        }
        for (path, failure) in [("/items/0", "Broken"), ("/later", "Broken"), ("/nowhere", "NotFoundError")] {
            #expect(try await get(path) { $0.use(Report()) }.header("x-failure") == failure)
        }
    }
}
