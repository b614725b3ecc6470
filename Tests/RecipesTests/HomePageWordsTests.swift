import Brigade
import Testing

@testable import Recipes

@Suite struct HomePageWordsTests {
    @Test func anIssueIsSaidInPlainWords() {
        let short = Endpoints.Issue(
            "string_too_short", at: ["query", "keyword"], "String should have at least 3 characters", input: "ab",
            context: [.init("min_length", 3)])
        #expect(PlainWords.text(short) == "Type at least 3 letters.")
        #expect(
            PlainWords.text(Endpoints.Issue("missing", at: ["body", "label"], "Field required", input: .null))
                == "Give the recipe a name.")
    }

    @Test func anIssueThatNobodyThoughtOfSaysItself() {
        let message = "Input should be a valid string"
        for location: [Endpoints.Issue.Step] in [["body", "label"], ["body", "other"], ["body"], [], ["body", 1]] {
            #expect(PlainWords.text(Endpoints.Issue("string_type", at: location, message, input: 1)) == message)
        }
    }

    @Test func whatAValueHoldsIsNoPlaceForAnother() {
        #expect(PlainWords.fill("{a} and {b}, {c}", ["a": "{b}", "b": "{a}"]) == "{b} and {a}, ")
    }

    @Test(arguments: [
        (0, "No recipe has “soup” in its name."), (1, "1 recipe has “soup” in its name."),
        (2, "2 recipes have “soup” in their names."), (24, "24 recipes have “soup” in their names."),
        (25, "The first 24 with “soup” in their names. There are more: a longer word finds fewer."),
    ])
    func aSearchSaysHowManyItFound(count: Int, summary: String) throws {
        let recipe = Recipe(label: .text("Soup"), source: .null, url: .null, id: 7, submitterID: .null)
        let search = SearchView(keyword: "soup", recipes: Array(repeating: recipe, count: count))
        let page = try HomePage().render(HomeView(search: search))
        #expect(page.contains(">\(summary)</p>"))
        #expect(page.contains("value=\"soup\""))
        #expect(page.contains("id=\"none\"" + (count == 0 ? ">" : " hidden>")))
        #expect(page.contains("<title>“soup” – Recipes</title>"))
        #expect(page.matches(of: /<span class="number">7/).count == min(count, 24))
    }

    @Test(arguments: [
        (1, "All there are, by number."), (9, "All there are, by number."), (0, ""),
        (10, "The first 10, by number."),
    ])
    func theHomePageSaysWhichAreThere(count: Int, summary: String) throws {
        let recipe = Recipe(label: .text("Soup"), source: .null, url: .null, id: 7, submitterID: .null)
        let page = try HomePage().render(HomeView(search: SearchView(recipes: Array(repeating: recipe, count: count))))
        #expect(page.contains(">\(summary)</p>\n    <ul"))
    }

    @Test func aKeywordIsEscapedWhereverItStands() throws {
        let page = try HomePage().render(HomeView(search: SearchView(keyword: "\"><script>{count}")))
        #expect(!page.contains("<script>{"))
        #expect(page.contains("value=\"&quot;&gt;&lt;script&gt;{count}\""))
        #expect(page.contains("No recipe has “&quot;&gt;&lt;script&gt;{count}” in its name."))
    }
}
