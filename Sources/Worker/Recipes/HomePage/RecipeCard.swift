/// A recipe on the page. The table may hold anything.
struct RecipeCard {
    private let recipe: Recipe

    init(_ recipe: Recipe) {
        self.recipe = recipe
    }

    /// What the page's script makes cards of.
    static let blank = ["id": "0", "label": untitled, "link": "./"]
    private static let untitled = "Untitled recipe"

    var label: String { Self.text(recipe.label).flatMap(Self.visible) ?? Self.untitled }

    /// For the template. A key that is absent is a part of the card that is left out.
    var values: [String: String] {
        var values = ["id": "\(recipe.id)", "label": label]
        values["source"] = Self.text(recipe.source).flatMap(Self.visible)
        values["link"] = Self.text(recipe.url).flatMap(Self.link)
        return values
    }

    private static func text(_ value: StoredValue) -> String? {
        switch value {
        case .null: nil
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        }
    }

    /// A text may have megabytes: the page shows its beginning.
    private static func visible(_ text: String) -> String? {
        let beginning = text.beginning(1000)
        return beginning.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : beginning
    }

    /// The table may hold any text as a URL; what a browser would run (`javascript:`) or resolve here is no link.
    private static func link(_ url: String) -> String? {
        let isWeb = ["http://", "https://"].contains { url.prefix($0.count).lowercased() == $0 }
        return isWeb && url.utf8.count <= 8192 ? url : nil
    }
}
