import Brigade

/// The answer to a search.
struct RecipeSearchResults: Model {
    let results: [Recipe]

    static let properties = Properties(RecipeSearchResults.init) { Property("results", \.results) }
}
