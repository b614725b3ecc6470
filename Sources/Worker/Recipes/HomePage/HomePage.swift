import Brigade
import Mustache

/// Renders the home page: recipes, a search, a form that adds one, and links to the API.
///
/// Template, style and script are files beside this one. The build embeds them in the executable.
struct HomePage: Sendable {
    private let templates: MustacheLibrary
    private let style = String(decoding: PackageResources.home_css, as: UTF8.self)
    private let script = String(decoding: PackageResources.home_js, as: UTF8.self)

    init() throws {
        MustacheContentTypes.register(HTMLEscaping(), named: HTMLEscaping.name)
        var templates = MustacheLibrary()
        try templates.register(String(decoding: PackageResources.home_mustache, as: UTF8.self), named: "home")
        try templates.register(String(decoding: PackageResources.card_mustache, as: UTF8.self), named: "card")
        self.templates = templates
    }

    /// Takes the better part of a millisecond.
    func render(_ view: HomeView) -> RenderedPage {
        // Nobody who writes a recipe can know it.
        let nonce = ContentSecurityPolicy().nonce
        let values: [String: Any] = [
            "nonce": nonce, "style": style, "script": script, "title": view.title,
            "search": view.list.searchBox, "results": view.list.results,
            "form": view.form.values(added: view.added), "isAdded": view.added != nil,
            "added": view.added.map { [RecipeCard($0).values] } ?? [], "blank": RecipeCard.blank,
        ]
        return RenderedPage(templates.render(values, withTemplate: "home") ?? "", nonce: nonce)
    }
}

/// A page that can be sent many times, each time with a nonce of its own.
struct RenderedPage: Sendable {
    /// Between two of them is a nonce.
    private let pieces: [[UInt8]]

    /// - Parameter nonce: the one that the page was rendered with.
    init(_ html: String, nonce: String) {
        pieces = html.split(separator: nonce, omittingEmptySubsequences: false).map { Array($0.utf8) }
    }

    /// - Parameter fields: in addition to the page's own.
    func response(_ status: Status = .ok, fields: [Field] = []) -> Response {
        let policy = ContentSecurityPolicy()
        return Response(
            status, fields: Self.fields + [Field("content-security-policy", policy.text)] + fields,
            body: body(nonce: policy.nonce))
    }

    func body(nonce: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(pieces.reduce(0) { $0 + $1.count + nonce.utf8.count })
        for (index, piece) in pieces.enumerated() {
            if index > 0 { body += nonce.utf8 }
            body += piece
        }
        return body
    }

    private static let fields = [
        Field("content-type", "text/html; charset=utf-8"),
        Field("x-content-type-options", "nosniff"),
        // With `no-referrer`, browsers send `Origin: null` with the form.
        Field("referrer-policy", "same-origin"),
    ]
}

/// What the page shows.
struct HomeView: Sendable {
    var list = RecipeList()
    var form = RecipeForm()
    /// The recipe that the form has just added.
    var added: Recipe?

    /// Screen readers say the title first, so it names an error or a result.
    var title: String {
        if form.isRejected { return "Error: Add a recipe – Recipes" }
        if list.issue != nil { return "Error: Search – Recipes" }
        if let added { return "Added: \(RecipeCard(added).label.truncated(to: 60)) – Recipes" }
        return list.isSearch ? "“\(list.keyword.truncated(to: 60))” – Recipes" : "Recipes"
    }
}

/// The Content Security Policy of one response. The browser runs only the script and the style that carry its nonce, so
/// markup that gets into a recipe does nothing.
struct ContentSecurityPolicy {
    /// 128 random bits.
    let nonce = String(UInt128.random(in: .min ... .max), radix: 36)

    /// The value of the `Content-Security-Policy` field.
    var text: String {
        """
        default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; img-src data:; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """
    }
}

/// Escapes text for HTML content and for quoted attribute values.
///
/// Mustache's own escaping works on grapheme clusters: a quotation mark followed by a combining accent passes, and ends the
/// attribute. This one works on Unicode scalars, as browsers do.
struct HTMLEscaping: MustacheContentType {
    static let name = "HTML_SCALARS"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "\t", "\n", "\r": escaped.append(scalar)
            case _ where scalar.properties.generalCategory == .control: escaped.append("\u{FFFD}")
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

extension String {
    /// - Parameter length: the most Unicode scalars. A longer text ends with an ellipsis.
    func truncated(to length: Int) -> String {
        let start = unicodeScalars.prefix(length)
        return start.endIndex == endIndex ? self : String(start) + "…"
    }
}
