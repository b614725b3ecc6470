import Brigade

/// The list on the home page: the first recipes, or those that a search has found.
struct RecipeList: Sendable {
    /// How many recipes the page shows without a search.
    static let length = 10
    /// How many search results the page shows.
    static let searchLimit = 24

    /// As it was typed. Empty without a search.
    var keyword = ""
    /// What is wrong with the keyword.
    var issue: Issue?
    /// For a search, one more than the page shows if there are more.
    var recipes: [Recipe] = []

    var isSearch: Bool { !keyword.isEmpty && issue == nil }

    /// The template's values for the search box.
    var searchBox: [String: Any] {
        let hint = "A part of the recipe’s name"
        return [
            "keyword": keyword.truncated(to: RecipeForm.maxInputLength), "hint": hint, "isInvalid": issue != nil,
            "note": issue.map(ValidationMessages.text) ?? hint,
            "messages": ValidationMessages.attributes(of: "keyword"),
        ]
    }

    /// The template's values for the list.
    var results: [String: Any] {
        let shown = recipes.prefix(isSearch ? Self.searchLimit : Self.length)
        return [
            "isSearch": !keyword.isEmpty, "isNone": isSearch && shown.isEmpty, "isEmpty": !isSearch && shown.isEmpty,
            "summary": summary(of: shown.count), "messages": Self.messages.map { ["type": $0.key, "text": $0.value] },
            "recipes": shown.map { RecipeCard($0).values },
            "length": Self.length, "searchLimit": Self.searchLimit,
        ]
    }

    private func summary(of count: Int) -> String {
        let kind =
            switch count {
            case _ where !isSearch: count == 0 ? "" : count < Self.length ? "all" : "first"
            case 0: "none"
            case 1: "one"
            default: count < recipes.count ? "more" : "many"
            }
        return ValidationMessages.interpolate(
            Self.messages[kind] ?? "", ["count": "\(count)", "keyword": keyword.truncated(to: 60)])
    }

    /// The page's script shows the same messages: the template puts them into data attributes.
    private static let messages = [
        "all": "All recipes, by number.",
        "first": "The first {count} recipes, by number.",
        "none": "No recipe has “{keyword}” in its name.",
        "one": "1 recipe has “{keyword}” in its name.",
        "many": "{count} recipes have “{keyword}” in their names.",
        "more": "The first {count} recipes with “{keyword}” in their names. There are more: use a longer word.",
        "failed": "The search failed. Try again in a moment.",
        "max-length": "60",
    ]
}

/// A recipe on the page. Its columns may hold anything.
struct RecipeCard {
    private let recipe: Recipe

    init(_ recipe: Recipe) {
        self.recipe = recipe
    }

    /// The values of the card that the page's script clones.
    static let blank = ["id": "0", "label": untitled, "link": "./"]
    private static let untitled = "Untitled recipe"

    var label: String { Self.text(recipe.label).flatMap(Self.visible) ?? Self.untitled }

    /// The template's values. The template leaves out what has no value.
    var values: [String: String] {
        var values = ["id": "\(recipe.id)", "label": label]
        values["source"] = Self.text(recipe.source).flatMap(Self.visible)
        values["link"] = Self.text(recipe.url).flatMap(Self.link)
        return values
    }

    private static func text(_ value: ColumnValue) -> String? {
        switch value {
        case .null: nil
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        }
    }

    /// The start of a text, which may have megabytes; nil if it is blank.
    private static func visible(_ text: String) -> String? {
        let start = text.truncated(to: 1000)
        return start.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : start
    }

    /// Only web addresses become links: a stored URL may be `javascript:` or relative.
    private static func link(_ url: String) -> String? {
        let isWeb = ["http://", "https://"].contains { url.prefix($0.count).lowercased() == $0 }
        return isWeb && url.utf8.count <= 8192 ? url : nil
    }
}
