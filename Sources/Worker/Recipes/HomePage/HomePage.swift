import Mustache

/// The page for people: the first recipes, and the way to the API.
struct HomePage: Sendable {
    /// How many recipes it shows.
    static let length = 10

    private let template: MustacheTemplate

    init() throws {
        MustacheContentTypes.register(StrictHTML(), named: StrictHTML.name)
        template = try MustacheTemplate(string: Self.template)
    }

    func render(_ recipes: [Recipe]) -> String {
        template.render([
            "isEmpty": recipes.isEmpty,
            "recipes": recipes.map(Self.entry),
        ])
    }

    /// A key that is absent is a part of the card that is left out.
    private static func entry(_ recipe: Recipe) -> [String: Any] {
        var entry: [String: Any] = ["id": recipe.id]
        let label = text(recipe.label)
        entry["label"] = label.flatMap(visible) ?? "Untitled recipe"
        entry["source"] = text(recipe.source).flatMap(visible)
        entry["link"] = text(recipe.url).flatMap(link)
        return entry
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
        let beginning = text.unicodeScalars.prefix(1000)
        guard !beginning.allSatisfy(\.properties.isWhitespace) else { return nil }
        return beginning.endIndex == text.endIndex ? text : String(beginning) + "…"
    }

    /// The table may hold any text as a URL; what a browser would run (`javascript:`) or resolve here is no link.
    private static func link(_ url: String) -> String? {
        let isWeb = ["http://", "https://"].contains { url.prefix($0.count).lowercased() == $0 }
        return isWeb && url.utf8.count <= 8192 ? url : nil
    }
}
