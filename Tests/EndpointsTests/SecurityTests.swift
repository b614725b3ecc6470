import Endpoints
import Messages
import Testing

@Suite struct SecurityTests {
    private func get(
        _ target: String = "/", _ fields: [Field] = [], _ declare: (inout API) -> Void
    ) async throws -> Response {
        var api = API(title: "t")
        declare(&api)
        return try await SampleAPI.answer(api.build(), Request(.get, target, fields: fields))
    }

    private func authorization(_ text: String) -> [Field] { [Field("authorization", text)] }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer  a b", "a b"), ("Bearer ", nil), ("Bearer", nil), ("Basic abc", nil), ("", nil),
    ])
    func aBearerTokenFollowsTheSchemeName(text: String, token: String?) async throws {
        let response = try await get("/", authorization(text)) { $0.get("/", HTTPBearer()) { $0 } }
        if let token {
            #expect(response.text == "\"\(token)\"")
        } else {
            #expect(response.status == .unauthorized && response.header("www-authenticate") == "Bearer")
            #expect(response.text == #"{"detail":"Not authenticated"}"#)
        }
        let optional = try await get("/", authorization(text)) { $0.get("/", HTTPBearer().optional) { $0 } }
        #expect(optional.text == (token.map { "\"\($0)\"" } ?? "null"))
    }

    @Test(arguments: [
        ("Basic YW5uOnBhOnNz", "ann pa:ss"), ("basic w7w6w7w=", "ü ü"), ("Basic Og==", " "),
        ("Basic YW5u", nil), ("Basic !!", nil), ("Basic //86/w==", nil), ("Bearer x", nil),
    ])
    func aNameAndAPasswordAreReadFromBase64(text: String, pair: String?) async throws {
        let response = try await get("/", authorization(text)) { api in
            api.get("/", HTTPBasic(realm: "shop")) { "\($0.username) \($0.password)" }
        }
        if let pair {
            #expect(response.text == "\"\(pair)\"")
        } else {
            #expect(response.status == .unauthorized)
            #expect(response.header("www-authenticate") == #"Basic realm="shop", charset="UTF-8""#)
        }
    }

    @Test func anAPIKeyIsReadFromItsLocation() async throws {
        func declare(_ api: inout API) {
            api.get("/header", APIKey(header: "X-Key")) { $0 }
            api.get("/query", APIKey(query: "key")) { $0 }
            api.get("/cookie", APIKey(cookie: "key", name: "other")) { $0 }
        }
        #expect(try await get("/header", [Field("x-key", "a")], declare).text == #""a""#)
        #expect(try await get("/query?key=a", [], declare).text == #""a""#)
        #expect(try await get("/cookie", [Field("cookie", "key=a")], declare).text == #""a""#)
        for target in ["/header", "/query?key=", "/cookie"] {
            #expect(try await get(target, [], declare).status == .unauthorized)
        }
    }

    @Test func theDocumentListsTheSecuritySchemes() throws {
        var api = API(title: "t")
        let token = OAuth2PasswordBearer(tokenURL: "token", scopes: ["read": "Read all"])
        let user = Dependency(token) { $0 }
        api.get("/open") { "a" }
        api.get("/both", user, APIKey(header: "X-Key").optional) { "\($0) \($1 ?? "")" }
        api.get("/all", HTTPBasic(), HTTPBearer(format: "JWT")) { "\($0) \($1)" }
        let document = try api.openAPIDocument()
        #expect(document["paths"]?["/open"]?["get"]?["security"] == nil)
        #expect(
            document["paths"]?["/both"]?["get"]?["security"] == [
                ["OAuth2PasswordBearer": [], "X-Key": []], ["OAuth2PasswordBearer": []],
            ])
        #expect(document["paths"]?["/all"]?["get"]?["security"] == [["HTTPBasic": [], "HTTPBearer": []]])
        let schemes = document["components"]?["securitySchemes"]
        #expect(
            schemes?["OAuth2PasswordBearer"] == [
                "type": "oauth2", "flows": ["password": ["scopes": ["read": "Read all"], "tokenUrl": "token"]],
            ])
        #expect(schemes?["X-Key"] == ["type": "apiKey", "in": "header", "name": "X-Key"])
        #expect(schemes?["HTTPBearer"] == ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"])
        #expect(document["paths"]?["/both"]?["get"]?["parameters"] == nil)
    }

    @Test func twoSchemesWithOneNameAreAnErrorAtStart() throws {
        var api = API(title: "t")
        api.get("/", APIKey(header: "key"), APIKey(query: "key")) { $0 + $1 }
        #expect(throws: DeclarationError.self) { try api.build() }
    }

    @Test func aFormReturnsAToken() async throws {
        var api = API(title: "t")
        api.post("/token", Form(OAuth2PasswordForm.self, from: .anyOrigin)) { form in
            OAuth2Token(accessToken: "\(form.username) \(form.password) \(form.scopes)")
        }
        let fields = [Field("content-type", "application/x-www-form-urlencoded")]
        let body = Array("grant_type=password&username=ann&password=x&scope=a+b".utf8)
        let response = try await SampleAPI.answer(api.build(), Request(.post, "/token", fields: fields, body: body))
        #expect(response.text == #"{"access_token":"ann x [\"a\", \"b\"]","token_type":"bearer"}"#)
    }

    /// Reads credentials that middleware has set in the context.
    private struct Session: SecurityParameter {
        typealias Value = String
        var scheme: SecurityScheme { SecurityScheme("session", ["type": "apiKey", "in": "cookie", "name": "s"]) }
        var challenge: String { "Session" }
        func credentials(in context: Context) -> String? { context[String.self] }
    }

    @Test func customCredentialsMayUseTheContext() async throws {
        var api = API(title: "t")
        api.provide("somebody")
        api.get("/a", Session()) { $0 }
        api.get("/b", Session().optional) { $0 ?? "nobody" }
        for path in ["/a", "/b"] {
            #expect(try await SampleAPI.answer(api.build(), Request(.get, path)).text == #""somebody""#)
        }
    }

    @Test func keysAreComparedByteByByte() {
        #expect("key-1".isEqualInConstantTime(to: "key-1") && "".isEqualInConstantTime(to: ""))
        #expect(!"key-1".isEqualInConstantTime(to: "key-2") && !"key".isEqualInConstantTime(to: "key-1"))
        #expect(!"\u{e9}".isEqualInConstantTime(to: "e\u{301}"))
    }

    @Test func aSchemeThatIsRequiredOnceIsRequired() throws {
        let bearer = HTTPBearer()
        var api = API(title: "t")
        api.group("/a", dependencies: bearer.optional) { $0.get("/", bearer) { $0 } }
        #expect(try api.openAPIDocument()["paths"]?["/a/"]?["get"]?["security"] == [["HTTPBearer": []]])
    }

    @Test func aPasswordMayStartWithACombiningMark() async throws {
        var api = API(title: "t")
        api.get("/", HTTPBasic()) { "\($0.username)|\($0.password)" }
        // u:U+0301:x
        let request = Request(.get, "/", fields: [Field("authorization", "Basic dTrMgTp4")])
        #expect(try await SampleAPI.answer(api.build(), request).text == "\"u|\u{301}:x\"")
    }
}
