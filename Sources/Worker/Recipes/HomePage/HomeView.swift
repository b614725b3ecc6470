/// What the home page shows.
struct HomeView: Sendable {
    var search = SearchView()
    var form = RecipeForm()
    /// The recipe that was just added by the form.
    var added: Recipe?

    /// What a screen reader says first.
    var title: String {
        if !form.isUntouched { return "Error: Add a recipe – Recipes" }
        if search.issue != nil { return "Error: Search – Recipes" }
        if let added { return "Added: \(RecipeCard(added).label.beginning(60)) – Recipes" }
        return search.isSearch ? "“\(search.keyword.beginning(60))” – Recipes" : "Recipes"
    }
}
