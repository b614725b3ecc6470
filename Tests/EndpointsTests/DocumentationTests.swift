import Endpoints
import Messages
import Testing

/// The document, as other programs read it, and the pages that show it.
@Suite struct DocumentationTests {
    private struct Missing: Error, Equatable {
        let name: String
    }

    private static func answer(_ target: String, _ method: Messages.Method = .get, fromDisk: Bool) async throws
        -> Response
    {
        var api = SampleAPI.api
        if fromDisk { api.documentationAssets = DocumentationAssets { Array("content of \($0)".utf8) } }
        return try await SampleAPI.answer(api.build(), Request(method, target))
    }

    @Test func noObjectOfTheDocumentRepeatsAName() throws {
        var api = SampleAPI.api
        // An error that every endpoint with a body documents anyway.
        api.post("/twice", name: "twice", Body(SampleAPI.Dish.self), errors: [.badRequest]) { $0 }
        #expect(try repeatedNames(in: api.openAPIDocument()) == [])
    }

    private func repeatedNames(in value: JSON) -> [String] {
        switch value {
        case .array(let elements): return elements.flatMap(repeatedNames)
        case .object(let members):
            let names = members.map(\.name)
            let repeated = names.filter { name in names.count { $0 == name } > 1 }
            return repeated + members.flatMap { repeatedNames(in: $0.value) }
        default: return []
        }
    }

    @Test(arguments: ["/docs", "/redoc"])
    func filesOfTheCDNAreCheckedAgainstTheirHashes(page: String) async throws {
        let answer = try await Self.answer(page, fromDisk: false)
        let addresses = answer.text.matches(of: /(src|href)="https:[^"]+\.(js|css)"/).count
        #expect(addresses > 0)
        #expect(
            answer.text.matches(of: /integrity="sha384-[A-Za-z0-9+\/]{64}" crossorigin="anonymous"/).count == addresses)
        #expect(try await Self.answer("/docs/assets/swagger-ui.css", fromDisk: false).status == .notFound)
    }

    @Test(arguments: ["/docs", "/redoc"])
    func filesOnDiskNeedNoOtherServer(page: String) async throws {
        let answer = try await Self.answer(page, fromDisk: true)
        let policy = try #require(answer.header("content-security-policy"))
        #expect(policy.contains("default-src 'none'"))
        for text in [answer.text, policy] { #expect(!text.contains("http")) }
        // Relative, so that a prefix that a proxy adds does not matter.
        #expect(answer.text.matches(of: /(src|href)="docs\/assets\/[a-z.-]+"/).count > 0)
    }

    @Test(arguments: [
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"), ("swagger-ui.css", "text/css; charset=utf-8"),
        ("redoc.standalone.js", "text/javascript; charset=utf-8"),
    ])
    func aFileIsServedAsItWasRead(name: String, mediaType: String) async throws {
        let answer = try await Self.answer("/docs/assets/\(name)", fromDisk: true)
        #expect(answer.text == "content of \(name)")
        #expect(answer.header("content-type") == mediaType)
        #expect(answer.header("cache-control") == "public, max-age=86400")
        #expect(answer.header("x-content-type-options") == "nosniff")
        #expect(try await Self.answer("/docs/assets/\(name)", .post, fromDisk: true).status == .methodNotAllowed)
    }

    @Test(arguments: ["..%2f..%2fetc%2fpasswd", "../docs", "LICENSE", "", "%00", "swagger-ui.css/"])
    func noOtherFileIsServed(name: String) async throws {
        let answer = try await Self.answer("/docs/assets/\(name)", fromDisk: true)
        #expect([.notFound, .temporaryRedirect].contains(answer.status))
        #expect(answer.body.count < 100)
    }

    @Test func anUnreadableFileIsAnErrorAtStart() {
        #expect(throws: Missing(name: "swagger-ui.css")) {
            try DocumentationAssets { name throws(Missing) in
                if name == "swagger-ui.css" { throw Missing(name: name) }
                return [1]
            }
        }
    }

    @Test func indentedTextIsTheSameJSON() throws {
        let document = try SampleAPI.api.openAPIDocument()
        #expect(try JSON(parsing: Array(document.indentedText.utf8)) == document)
        let small: JSON = ["a": [], "b": [1, ["c": nil]], "d\n": .object([])]
        #expect(
            small.indentedText
                == "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n  \"d\\n\": {}\n}")
    }
}
