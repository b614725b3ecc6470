import Brigade
import GRDB
import Glibc
import Testing

@testable import Recipes

/// The home page and its form, as a browser without JavaScript uses them.
@Suite struct HomePageRoutesTests {
    private let directory = TemporaryDirectory()
    private let application: any Application

    init() throws {
        application = try directory.application()
    }

    private func answer(_ request: Request) async throws -> (response: Response, page: String) {
        let response =
            switch try application.answer(request) {
            case .now(let response): response
            case .blocking(_, let run): try run()
            case .later(let run): try await run()
            }
        return (response, String(decoding: response.body, as: UTF8.self))
    }

    private func get(_ target: String) async throws -> (response: Response, page: String) {
        try await answer(Request(.get, target))
    }

    private func post(
        _ form: String, _ type: String = "application/x-www-form-urlencoded"
    ) async throws -> (response: Response, page: String) {
        try await answer(Request(.post, "/recipes", fields: [Field("content-type", type)], body: Array(form.utf8)))
    }

    private let soup = "submitter_id=1&label=Soup+%26+more&source=Ann&url=HTTPS://E.com"

    /// The tag of an element, from its id to its end.
    private func tag(_ id: String, in page: String) -> Substring {
        guard let start = page.firstRange(of: "id=\"\(id)\"")?.lowerBound else { return "" }
        return page[start...].prefix { $0 != ">" }
    }

    private func note(_ id: String, in page: String) -> Substring? {
        page.firstMatch(of: try! Regex("id=\"\(id)-note\">([^<]*)<", as: (Substring, Substring).self))?.1
    }

    private func rows() throws -> Int {
        try DatabaseQueue(path: directory.database().path).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM recipe")!
        }
    }

    @Test func aSearchShowsItsResultsAndKeepsTheKeyword() async throws {
        let (response, page) = try await get("/?keyword=CHICK")
        #expect(response.status == .ok)
        #expect(page.contains("2 recipes have “CHICK” in their names."))
        #expect(page.contains("Chicken Vesuvio"))
        #expect(!page.contains("Cauliflower"))
        #expect(page.contains("value=\"CHICK\""))
    }

    @Test func anEmptySearchIsTheHomePage() async throws {
        var pages: [String] = []
        for target in ["/", "/?keyword="] {
            pages.append(try await get(target).page.replacing(/nonce="\w+"/, with: ""))
        }
        #expect(pages[0] == pages[1])
    }

    @Test func aShortKeywordShowsAnErrorAtTheSearchBox() async throws {
        let (response, page) = try await get("/?keyword=ch")
        #expect(response.status == .ok)
        #expect(note("keyword", in: page) == "Type at least 3 letters.")
        #expect(tag("keyword", in: page).contains("aria-invalid=\"true\" autofocus"))
        #expect(page.contains("<title>Error: Search – Recipes</title>"))
        #expect(page.contains("Cauliflower"))
    }

    @Test func aValidFormAddsARecipeAndShowsIt() async throws {
        let (response, _) = try await post(soup)
        #expect(response.status.code == 303)
        #expect(response.fields == [Field("location", "./?added=4#added")])
        #expect(try rows() == 4)
        let page = try await get("/?added=4").page
        #expect(page.contains("“Soup &amp; more” was added as No. 4."))
        #expect(page.contains("<title>Added: Soup &amp; more – Recipes</title>"))
        #expect(!tag("added", in: page).contains("hidden"))
        #expect(page.contains("href=\"https://e.com/\""))
    }

    @Test(arguments: ["/?added=99", "/?added=x", "/?added=", "/"])
    func anUnknownAddedIDIsIgnored(target: String) async throws {
        let page = try await get(target).page
        #expect(tag("added", in: page).hasSuffix("hidden"))
        #expect(page.contains("<title>Recipes</title>"))
    }

    @Test func anInvalidFormComesBackWithItsValuesAndErrors() async throws {
        let (response, page) = try await post("submitter_id=1&label=&source=%22Ann%22&url=ftp://e.com")
        #expect(response.status.code == 422)
        #expect(note("label", in: page) == "Give the recipe a name.")
        #expect(note("source", in: page) == "A cook, a book, a site")
        #expect(note("url", in: page) == "Start it with http:// or https://")
        #expect(tag("label", in: page).contains("aria-invalid=\"true\" autofocus"))
        #expect(!tag("source", in: page).contains("aria-invalid"))
        #expect(tag("source", in: page).contains("value=\"&quot;Ann&quot;\""))
        #expect(tag("url", in: page).contains("value=\"ftp://e.com\""))
        #expect(tag("url", in: page).contains("aria-invalid=\"true\""))
        #expect(!tag("url", in: page).contains("autofocus"))
        #expect(page.contains("Correct the 2 marked fields."))
        #expect(page.contains("Chicken Vesuvio"))
        #expect(try rows() == 3)
    }

    @Test func anUnknownSubmitterIsRejected() async throws {
        let (response, page) = try await post("submitter_id=7&label=Soup&source=Ann&url=https://e.com")
        #expect(response.status.code == 422)
        #expect(page.contains("The recipe was not added: No user has this ID."))
        #expect(tag("label", in: page).contains("value=\"Soup\""))
        #expect(try rows() == 3)
    }

    @Test func aMissingDatabaseIsShownOnThePage() async throws {
        let path = directory.database().path
        try #require(rename(path, path + ".away") == 0)
        let (response, page) = try await post(soup)
        #expect(response.status.code == 503)
        #expect(page.contains("The recipe was not added: The database cannot be used now."))
        #expect(tag("label", in: page).contains("value=\"Soup &amp; more\""))
    }

    @Test func aBodyThatIsNotAFormIsRejectedOnThePage() async throws {
        let (response, page) = try await post("{}", "application/json")
        #expect(response.status.code == 422)
        #expect(page.contains("not added: Input should be a form sent as application/x-www-form-urlencoded."))
    }

    @Test func aHugeInputComesBackTruncated() async throws {
        let (response, page) = try await post("label=" + String(repeating: "%22", count: 1_000_000))
        #expect(response.status.code == 422)
        #expect(page.utf8.count < 200_000)
    }

    @Test func theFormsAddressRedirectsToTheForm() async throws {
        let (response, _) = try await get("/recipes")
        #expect(response.status.code == 303)
        #expect(response.fields == [Field("location", "./#add")])
    }

    @Test func thePageHasSecurityHeaders() async throws {
        for answer in [try await get("/"), try await post("")] {
            let fields = Dictionary(answer.response.fields.map { ($0.name, $0.value) }) { $1 }
            #expect(fields["content-type"] == "text/html; charset=utf-8")
            #expect(fields["x-content-type-options"] == "nosniff")
            #expect(fields["referrer-policy"] == "same-origin")
            #expect(fields["content-security-policy"]?.hasPrefix("default-src 'none'; style-src 'nonce-") == true)
        }
    }
}
