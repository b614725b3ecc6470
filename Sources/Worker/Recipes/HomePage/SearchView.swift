import Brigade

/// A search, and what came of it.
struct SearchView: Sendable {
    /// As it was typed; empty when nothing is searched for.
    var keyword = ""
    /// What is wrong with the keyword.
    var issue: Issue?
    /// Those found, of which one more than the page shows means that there are more; or else the first.
    var recipes: [Recipe] = []

    var isSearch: Bool { !keyword.isEmpty && issue == nil }

    /// The search box's.
    var box: [String: Any] {
        let hint = "A part of the recipe’s name"
        return [
            "keyword": keyword.beginning(RecipeForm.longestValue), "hint": hint, "isInvalid": issue != nil,
            "note": issue.map(PlainWords.text) ?? hint, "words": PlainWords.attributes(of: "keyword"),
        ]
    }

    /// The list's.
    var results: [String: Any] {
        let shown = recipes.prefix(isSearch ? HomePage.mostFound : HomePage.length)
        return [
            "isSearch": !keyword.isEmpty, "isNone": isSearch && shown.isEmpty, "isEmpty": !isSearch && shown.isEmpty,
            "summary": summary(of: shown.count), "phrases": Self.phrases.map { ["type": $0.key, "text": $0.value] },
            "recipes": shown.map { RecipeCard($0).values },
            "first": HomePage.length, "most": HomePage.mostFound,
        ]
    }

    private func summary(of count: Int) -> String {
        let kind =
            switch count {
            case _ where !isSearch: count == 0 ? "" : count < HomePage.length ? "all" : "first"
            case 0: "none"
            case 1: "one"
            default: count < recipes.count ? "more" : "many"
            }
        return PlainWords.fill(Self.phrases[kind] ?? "", ["count": "\(count)", "keyword": keyword.beginning(60)])
    }

    /// The page's script says the same by them.
    private static let phrases = [
        "all": "All there are, by number.",
        "first": "The first {count}, by number.",
        "none": "No recipe has “{keyword}” in its name.",
        "one": "1 recipe has “{keyword}” in its name.",
        "many": "{count} recipes have “{keyword}” in their names.",
        "more": "The first {count} with “{keyword}” in their names. There are more: a longer word finds fewer.",
        "failed": "The search did not work. Try it again in a moment.",
        "longest": "60",
    ]
}
