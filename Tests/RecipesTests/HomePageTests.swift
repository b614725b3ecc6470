import Brigade
import Testing

@testable import Recipes

@Suite struct HomePageTests {
    /// The page without the card template for the script.
    private func page(_ recipes: Recipe...) throws -> String {
        let view = HomeView(list: RecipeList(recipes: recipes))
        return String(try HomePage().text(view).split(separator: "<template").first ?? "")
    }

    private func recipe(
        label: ColumnValue = .text("Soup"), source: ColumnValue = .text("Ann"),
        url: ColumnValue = .text("https://e.com/"), id: Int64 = 1
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

    /// A proxy may serve the page below a prefix, such as `/kitchen/`.
    @Test func everyAddressOnThePageIsRelative() throws {
        let page = try HomePage().text(HomeView(list: RecipeList(recipes: [recipe(), recipe(id: 2)])))
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

    /// The two are one Swift `Character`, but two characters for a browser.
    @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20DD}"])
    func aCharacterBeforeACombiningScalarIsEscaped(combining: String) {
        let text = ["<", ">", "&", "\"", "'"].map { $0 + combining }.joined()
        let escaped = ["&lt;", "&gt;", "&amp;", "&quot;", "&#39;"].map { $0 + combining }.joined()
        #expect(Array(HTMLEscaping().escapeText(text).unicodeScalars) == Array(escaped.unicodeScalars))
    }

    @Test func controlCharactersAreReplaced() {
        #expect(HTMLEscaping().escapeText("a\0b\u{1B}c\u{85}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}")
        #expect(Array(HTMLEscaping().escapeText("a\r\nb").utf8) == Array("a\r\nb".utf8))
    }

    @Test(arguments: [
        "javascript:alert(1)", " https://e.com/", "//e.com/", "data:text/html,x", "ftp://e.com/", "", "https:/e.com",
    ])
    func onlyWebAddressesAreLinks(url: String) throws {
        let page = try page(recipe(url: .text(url)))
        #expect(!page.contains("nofollow"))
        #expect(page.contains(">Soup</h3>"))
    }

    @Test func nullColumnsAreLeftOut() throws {
        let page = try page(recipe(label: .null, source: .null, url: .null))
        #expect(page.contains(">Untitled recipe</h3>"))
        #expect(page.contains("<p class=\"source\" dir=\"auto\"></p>"))
        #expect(!page.contains("nofollow"))
    }

    @Test func aHugeTextIsTruncated() throws {
        let long = String(repeating: "x", count: 2_000_000)
        let page = try page(recipe(label: .text(long), source: .text(long), url: .text("https://e.com/\(long)")))
        #expect(page.utf8.count < 20_000)
        #expect(page.contains(String(repeating: "x", count: 1000) + "…</h3>"))
    }

    @Test func numbersAreShown() throws {
        let page = try page(recipe(label: .integer(7), source: .real(1.5)))
        #expect(page.contains(">7</a>"))
        #expect(page.contains(">1.5</p>"))
    }

    @Test func anEmptyTableIsExplained() throws {
        #expect(try page().contains("id=\"nothing\">No recipes yet"))
    }

    @Test func onlyTheFirstTenAreShown() throws {
        let recipes = (1...12).map { recipe(id: Int64($0)) }
        let page = try HomePage().text(HomeView(list: RecipeList(recipes: recipes)))
        #expect(page.contains("href=\"api/v1/recipes/10\""))
        #expect(!page.contains("href=\"api/v1/recipes/11\""))
    }

    @Test func thePageLoadsNothing() throws {
        let page = try HomePage().text(HomeView())
        for word in ["src=", "url(", "@import", "stylesheet", "style=\"", "onclick", "innerHTML"] {
            #expect(!page.contains(word))
        }
        #expect(page.matches(of: /<script nonce="[a-z0-9]+">/).count == 1)
        #expect(page.matches(of: /<\/script/).count == 1)
        #expect(page.matches(of: /<style nonce="[a-z0-9]+">/).count == 1)
    }
}

@Suite struct HomePageMessageTests {
    @Test func knownErrorsHaveTheirOwnMessages() {
        let short = Endpoints.Issue(
            "string_too_short", at: ["query", "keyword"], "String should have at least 3 characters", input: "ab",
            context: [.init("min_length", 3)])
        #expect(ValidationMessages.text(short) == "Type at least 3 letters.")
        #expect(
            ValidationMessages.text(Endpoints.Issue("missing", at: ["body", "label"], "Field required", input: .null))
                == "Give the recipe a name.")
    }

    @Test func otherErrorsShowTheAPIsMessage() {
        let message = "Input should be a valid string"
        for location: [Endpoints.Issue.Step] in [["body", "label"], ["body", "other"], ["body"], [], ["body", 1]] {
            #expect(ValidationMessages.text(Endpoints.Issue("string_type", at: location, message, input: 1)) == message)
        }
    }

    @Test func interpolatedValuesAreNotInterpolatedAgain() {
        #expect(ValidationMessages.interpolate("{a} and {b}, {c}", ["a": "{b}", "b": "{a}"]) == "{b} and {a}, ")
    }

    @Test(arguments: [
        (0, "No recipe has “soup” in its name."), (1, "1 recipe has “soup” in its name."),
        (2, "2 recipes have “soup” in their names."), (24, "24 recipes have “soup” in their names."),
        (25, "The first 24 recipes with “soup” in their names. There are more: use a longer word."),
    ])
    func aSearchShowsTheNumberOfResults(count: Int, summary: String) throws {
        let recipe = Recipe(label: .text("Soup"), source: .null, url: .null, id: 7, submitterID: .null)
        let list = RecipeList(keyword: "soup", recipes: Array(repeating: recipe, count: count))
        let page = try HomePage().text(HomeView(list: list))
        #expect(page.contains(">\(summary)</p>"))
        #expect(page.contains("value=\"soup\""))
        #expect(page.contains("id=\"none\"" + (count == 0 ? ">" : " hidden>")))
        #expect(page.contains("<title>“soup” – Recipes</title>"))
        #expect(page.matches(of: /<span class="number">7/).count == min(count, 24))
    }

    @Test(arguments: [
        (1, "All recipes, by number."), (9, "All recipes, by number."), (0, ""),
        (10, "The first 10 recipes, by number."),
    ])
    func theSummarySaysWhichRecipesAreListed(count: Int, summary: String) throws {
        let recipe = Recipe(label: .text("Soup"), source: .null, url: .null, id: 7, submitterID: .null)
        let page = try HomePage().text(HomeView(list: RecipeList(recipes: Array(repeating: recipe, count: count))))
        #expect(page.contains(">\(summary)</p>\n    <ul"))
    }

    @Test func theKeywordIsEscapedEverywhere() throws {
        let page = try HomePage().text(HomeView(list: RecipeList(keyword: "\"><script>{count}")))
        #expect(!page.contains("<script>{"))
        #expect(page.contains("value=\"&quot;&gt;&lt;script&gt;{count}\""))
        #expect(page.contains("No recipe has “&quot;&gt;&lt;script&gt;{count}” in its name."))
    }
}

@Suite struct ContentSecurityPolicyTests {
    @Test func thePolicyAllowsOnlyThePagesOwnStyleAndScript() throws {
        let page = try HomePage()
        let response = page.render(HomeView(list: RecipeList(keyword: "$&<b>"))).response()
        let text = String(decoding: response.body, as: UTF8.self)
        let policy = try #require(response.fields.first { $0.name == "content-security-policy" }?.value)
        for (name, directive) in [("style", "style-src"), ("script", "script-src")] {
            let tag = try #require(
                text.firstMatch(of: try Regex("<\(name) nonce=\"(\\w+)\">", as: (Substring, Substring).self)))
            #expect(policy.contains("\(directive) 'nonce-\(tag.1)'"))
        }
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
    }

    @Test func aPageHasAnotherNonceInEachResponse() throws {
        let page = try HomePage().render(HomeView())
        let texts = (0..<2).map { _ in String(decoding: page.response().body, as: UTF8.self) }
        let nonces = texts.map { text in Set(text.matches(of: /nonce="(\w+)"/).map(\.1)) }
        #expect(nonces.allSatisfy { $0.count == 1 })
        #expect(nonces[0] != nonces[1])
        #expect(texts[0].replacing(nonces[0].first!, with: nonces[1].first!) == texts[1])
    }

    @Test func everyResponseHasItsOwnNonce() {
        let nonces = Set((0..<1000).map { _ in ContentSecurityPolicy().nonce })
        #expect(nonces.count == 1000)
        #expect(nonces.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
    }
}

extension HomePage {
    fileprivate func text(_ view: HomeView) -> String {
        String(decoding: render(view).body(nonce: "n"), as: UTF8.self)
    }
}
