internal import Messages

extension Documentation {
    /// The page on which one tries the API out.
    var swaggerUI: Response {
        page(
            """
            <title>\(HTML.escape(title)) - Swagger UI</title>
            <link rel="stylesheet" \(assets.attributes("href", .swaggerStyle))>
            """,
            """
            <div id="swagger-ui"></div>
            <noscript>Swagger UI needs JavaScript to show the documentation.</noscript>
            <script \(assets.attributes("src", .swaggerScript))></script>
            <script>\(Self.start)</script>
            """,
            policy: [
                "script-src \(assets.source(of: .swaggerScript)) '\(Self.startHash)'",
                "style-src \(assets.source(of: .swaggerStyle)) 'unsafe-inline'",
                // An answer that is a picture is shown.
                "img-src 'self' data: blob:",
            ])
    }

    /// Behind a proxy that takes a prefix off the paths, the page's own path has it, and requests need it. The validator
    /// would be somebody else's server.
    private static let start = """

        "use strict";
        const prefix = location.pathname.replace(/\\/docs$/, "");
        const belowPrefix = (next) => (document) =>
            next(prefix && !document.servers ? { ...document, servers: [{ url: prefix }] } : document);
        SwaggerUIBundle({
            url: "openapi.json", dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true,
            showExtensions: true, showCommonExtensions: true, validatorUrl: null,
            plugins: [() => ({ statePlugins: { spec: { wrapActions: { updateJsonSpec: belowPrefix } } } })],
        });

        """

    /// Of the script above. A browser runs no other.
    private static let startHash = "sha256-5GQ2rJBrbkLN72zYfxcRscYhwUAAQ8PzAF3RTFEZRXY="
}
