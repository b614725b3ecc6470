internal import Messages

extension Documentation {
    /// The page on which one reads about the API.
    var redoc: Response {
        page(
            """
            <title>\(HTML.escape(title)) - ReDoc</title>
            <style>body { margin: 0; }</style>
            """,
            """
            <noscript>ReDoc needs JavaScript to show the documentation.</noscript>
            <redoc spec-url="openapi.json"></redoc>
            <script \(assets.attributes("src", .redocScript))></script>
            """,
            // Its search runs in a worker that it makes of a part of itself.
            policy: [
                "script-src \(assets.source(of: .redocScript))", "style-src 'unsafe-inline'", "worker-src blob:",
                "img-src 'self' data:" + (assets.files == nil ? " \(Self.logo)" : ""),
            ])
    }

    /// Of ReDoc's makers; on disk ReDoc goes without it.
    private static let logo = "https://cdn.redoc.ly/redoc/logo-mini.svg"
}
