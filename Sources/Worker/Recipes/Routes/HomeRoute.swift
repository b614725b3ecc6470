import Endpoints

/// The page for people.
struct HomeRoute {
    let database: RecipeDatabase
    let page: HomePage

    func declare(on routes: inout API) {
        let (database, page) = (database, page)
        routes.get("/", name: "root", "Root GET", run: .blocking) {
            HTML(page.render(try database.recipes(limit: HomePage.length)))
        }
    }
}
