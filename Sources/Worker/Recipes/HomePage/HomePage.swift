import Brigade
import Mustache

/// The page for people: recipes, a search among them, a form to add one, and the way to the API.
///
/// Its template, style and script are files of their own, which the build puts into the program.
struct HomePage: Sendable {
    /// How many recipes it shows when nothing is searched for.
    static let length = 10
    /// How many it shows of those found.
    static let mostFound = 24

    private let templates: MustacheLibrary
    private let style = String(decoding: PackageResources.home_css, as: UTF8.self)
    private let script = String(decoding: PackageResources.home_js, as: UTF8.self)

    init() throws {
        MustacheContentTypes.register(StrictHTML(), named: StrictHTML.name)
        var templates = MustacheLibrary()
        try templates.register(String(decoding: PackageResources.home_mustache, as: UTF8.self), named: "home")
        try templates.register(String(decoding: PackageResources.card_mustache, as: UTF8.self), named: "card")
        self.templates = templates
    }

    /// Of every answer that is this page.
    static func fields(_ policy: PagePolicy) -> [Field] {
        [
            Field("content-type", "text/html; charset=utf-8"),
            Field("content-security-policy", policy.text),
            Field("x-content-type-options", "nosniff"),
            // Not `no-referrer`, with which a browser says that its form comes from nowhere.
            Field("referrer-policy", "same-origin"),
        ]
    }

    func render(_ view: HomeView, under policy: PagePolicy = PagePolicy()) -> String {
        let values: [String: Any] = [
            "nonce": policy.nonce, "style": style, "script": script, "title": view.title,
            "search": view.search.box, "results": view.search.results,
            "form": view.form.values(added: view.added), "isAdded": view.added != nil,
            "added": view.added.map { [RecipeCard($0).values] } ?? [], "blank": RecipeCard.blank,
        ]
        return templates.render(values, withTemplate: "home") ?? ""
    }
}
