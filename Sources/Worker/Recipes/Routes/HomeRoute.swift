import Brigade

/// The page for people, and what its form posts.
struct HomeRoute {
    let database: RecipeDatabase
    let page: HomePage

    func declare(on routes: inout API) {
        routes.get("/", name: "root", description: "Root GET", HomeQuery(), handler: show)
        // For who comes back to the address of a form that was refused.
        routes.get("/recipes", name: "recipe_form", run: .inline, isDocumented: false) {
            HomeAnswer.elsewhere("./#add")
        }
        routes.post(
            "/recipes", name: "add_recipe", SubmittedForm(RecipeCreate.self), isDocumented: false,
            handler: add)
    }

    @Sendable private func show(_ query: HomeQuery.Value) throws -> HomeAnswer {
        var view = HomeView()
        view.search = try search(query)
        view.added = try query.added.flatMap(database.storedRecipe)
        return .page(view, of: page)
    }

    @Sendable private func add(_ form: FormSubmission<RecipeCreate>) throws -> HomeAnswer {
        do {
            let recipe = try form.content.get().stored(in: database)
            return .elsewhere("./?added=\(recipe.id)#added")
        } catch let error as ValidationError {
            return try refused(RecipeForm(form, issues: error.issues), .unprocessableContent)
        } catch let error as HTTPError {
            return try refused(RecipeForm(form, refusal: error.detail), error.status, error.fields)
        }
    }

    private func refused(_ form: RecipeForm, _ status: Status, _ fields: [Field] = []) throws -> HomeAnswer {
        // What was typed is shown again, even while the recipes cannot be read.
        let recipes =
            status == .serviceUnavailable
            ? (try? search(HomeQuery.Value())) ?? SearchView(keyword: "", issue: nil, recipes: [])
            : try search(HomeQuery.Value())
        return .page(HomeView(search: recipes, form: form), of: page, status, fields: fields)
    }

    private func search(_ query: HomeQuery.Value) throws -> SearchView {
        let isSearch = !query.keyword.isEmpty && query.issue == nil
        let recipes = try database.recipes(
            labelled: isSearch ? query.keyword : nil, limit: isSearch ? HomePage.mostFound + 1 : HomePage.length)
        return SearchView(keyword: query.keyword, issue: query.issue, recipes: recipes)
    }
}
