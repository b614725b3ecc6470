import Testing

@testable import Recipes

@Suite struct HomePageTests {
    /// The page with those recipes on it, without the template of a card that stands in it.
    private func page(_ recipes: Recipe...) throws -> String {
        let view = HomeView(search: SearchView(recipes: recipes))
        return String(try HomePage().render(view).split(separator: "<template").first ?? "")
    }

    private func recipe(
        label: StoredValue = .text("Soup"), source: StoredValue = .text("Ann"),
        url: StoredValue = .text("https://e.com/"), id: Int64 = 1
    ) -> Recipe {
        Recipe(label: label, source: source, url: url, id: id, submitterID: .integer(1))
    }

    @Test func aRecipeIsShownWithItsLink() throws {
        let page = try page(recipe())
        #expect(page.hasPrefix("<!DOCTYPE html>"))
        #expect(page.contains("<a href=\"https://e.com/\" rel=\"noopener nofollow\">Soup</a>"))
        #expect(page.contains(">Ann</p>"))
        #expect(page.contains("href=\"api/v1/recipes/1\""))
        #expect(page.contains("id=\"nothing\" hidden>"))
    }

    /// Behind a proxy that takes a prefix off the page stands at `/kitchen/`, and so must all that it leads to.
    @Test func noAddressOfThePageBeginsAtTheRoot() throws {
        let page = try HomePage().render(HomeView(search: SearchView(recipes: [recipe(), recipe(id: 2)])))
        let addresses = page.matches(of: /(?:href|action|src)="([^"]*)"/).map { String($0.1) }
        #expect(addresses.count > 12)
        #expect(addresses.filter { $0.hasPrefix("/") } == [])
        #expect(!page.contains("fetch(\"/") && !page.contains("fetch(`/") && !page.contains("\"/?"))
    }

    @Test func everyValueIsEscaped() throws {
        let evil = "<script>\"&'>"
        let page = try page(recipe(label: .text(evil), source: .text(evil), url: .text("https://e.com/\(evil)")))
        #expect(!page.contains("<script"))
        #expect(page.contains("href=\"https://e.com/&lt;script&gt;&quot;&amp;&#39;&gt;\""))
        #expect(page.contains(">&lt;script&gt;&quot;&amp;&#39;&gt;</a>"))
    }

    /// A mark and a combining accent are one Character, and two for a browser.
    @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20DD}"])
    func aMarkWithACombiningScalarIsEscapedToo(combining: String) {
        let text = ["<", ">", "&", "\"", "'"].map { $0 + combining }.joined()
        let escaped = ["&lt;", "&gt;", "&amp;", "&quot;", "&#39;"].map { $0 + combining }.joined()
        #expect(Array(StrictHTML().escapeText(text).unicodeScalars) == Array(escaped.unicodeScalars))
    }

    @Test func controlCharactersAreMadeVisible() {
        #expect(StrictHTML().escapeText("a\0b\u{1B}c\u{85}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}")
        #expect(Array(StrictHTML().escapeText("a\r\nb").utf8) == Array("a\r\nb".utf8))
    }

    @Test(arguments: [
        "javascript:alert(1)", " https://e.com/", "//e.com/", "data:text/html,x", "ftp://e.com/", "", "https:/e.com",
    ])
    func onlyAWebAddressIsALink(url: String) throws {
        let page = try page(recipe(url: .text(url)))
        #expect(!page.contains("nofollow"))
        #expect(page.contains(">Soup</h3>"))
    }

    @Test func whatIsNullIsLeftOut() throws {
        let page = try page(recipe(label: .null, source: .null, url: .null))
        #expect(page.contains(">Untitled recipe</h3>"))
        #expect(page.contains("<p class=\"source\" dir=\"auto\"></p>"))
        #expect(!page.contains("nofollow"))
    }

    @Test func aTextOfMegabytesIsCut() throws {
        let long = String(repeating: "x", count: 2_000_000)
        let page = try page(recipe(label: .text(long), source: .text(long), url: .text("https://e.com/\(long)")))
        #expect(page.utf8.count < 20_000)
        #expect(page.contains(String(repeating: "x", count: 1000) + "…</h3>"))
    }

    @Test func numbersAreShownAsTheyAre() throws {
        let page = try page(recipe(label: .integer(7), source: .real(1.5)))
        #expect(page.contains(">7</a>"))
        #expect(page.contains(">1.5</p>"))
    }

    @Test func anEmptyTableIsSaidSo() throws {
        #expect(try page().contains("id=\"nothing\">No recipes yet"))
    }

    @Test func onlyTheFirstAreShown() throws {
        let recipes = (1...12).map { recipe(id: Int64($0)) }
        let page = try HomePage().render(HomeView(search: SearchView(recipes: recipes)))
        #expect(page.contains("href=\"api/v1/recipes/10\""))
        #expect(!page.contains("href=\"api/v1/recipes/11\""))
    }

    @Test func nothingIsLoadedFromElsewhere() throws {
        let page = try HomePage().render(HomeView())
        for word in ["src=", "url(", "@import", "stylesheet", "style=\"", "onclick", "innerHTML"] {
            #expect(!page.contains(word))
        }
        #expect(page.matches(of: /<script nonce="[a-z0-9]+">/).count == 1)
        #expect(page.matches(of: /<\/script/).count == 1)
        #expect(page.matches(of: /<style nonce="[a-z0-9]+">/).count == 1)
    }
}
