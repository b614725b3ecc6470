internal import Messages

/// The routes `/openapi.json`, `/docs` and `/redoc`. The document does not list them.
struct DocumentationPages {
    let title: String
    let document: JSON
    let assets: DocumentationAssets

    var operations: [Operation] {
        [openAPI, operation("/docs", swaggerUI), operation("/redoc", redoc)] + files
    }

    /// The document. Below a root path it says so, in `servers`.
    private var openAPI: Operation {
        let document = document
        let atRoot = Response(.ok, fields: Response.jsonFields, body: document.bytes)
        return operation("/openapi.json") { context in
            let rootPath = context.request.rootPath
            if rootPath.isEmpty { return atRoot }
            return Response(.ok, fields: Response.jsonFields, body: document.below(rootPath).bytes)
        }
    }

    /// A route for each file, so that no path can lead to another one.
    private var files: [Operation] {
        guard let files = assets.files else { return [] }
        return DocumentationFile.all.map { file in
            let fields = [
                Field("content-type", file.mediaType), Field("cache-control", "public, max-age=86400"), Self.noSniff,
            ]
            return operation("/docs/assets/\(file.name)", Response(.ok, fields: fields, body: files[file.name] ?? []))
        }
    }

    private func operation(_ path: String, _ response: Response) -> Operation {
        operation(path) { _ in response }
    }

    private func operation(_ path: String, _ respond: @escaping @Sendable (Context) -> Response) -> Operation {
        Operation(
            method: .get, path: path, name: String(path.dropFirst()), description: "", parameters: [], status: .ok,
            content: nil, errors: [], isDocumented: false, makeResponder: { _ in { .now(respond($0)) } })
    }

    private static let noSniff = Field("x-content-type-options", "nosniff")

    /// - Parameter policy: what the page may load and run beside its own server's data (W3C, Content Security Policy). Both
    ///   programs add styles while they run.
    private func page(_ head: String, _ body: String, policy: [String]) -> Response {
        let text = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            \(head)
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
        let policy =
            ["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'"]
            + ["frame-ancestors 'none'"] + policy
        let fields = [
            Field("content-type", "text/html; charset=utf-8"),
            Field("content-security-policy", policy.joined(separator: "; ")), Field("referrer-policy", "no-referrer"),
            Self.noSniff,
        ]
        return Response(.ok, fields: fields, body: Array(text.utf8))
    }
}

extension DocumentationPages {
    /// The page for trying out the API.
    private var swaggerUI: Response {
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
                // Swagger UI shows responses that are images.
                "img-src 'self' data: blob:",
            ])
    }

    /// If a proxy removes a prefix from the paths, the page's own path has it, and the requests of the page need it. The
    /// validator is off, because it is another site's server.
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

    /// Of the script above; browsers run no other inline script.
    private static let startHash = "sha256-5GQ2rJBrbkLN72zYfxcRscYhwUAAQ8PzAF3RTFEZRXY="
}

extension DocumentationPages {
    /// The page for reading about the API.
    private var redoc: Response {
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
            // ReDoc's search runs in a worker that it makes from a blob.
            policy: [
                "script-src \(assets.source(of: .redocScript))", "style-src 'unsafe-inline'", "worker-src blob:",
                "img-src 'self' data:" + (assets.files == nil ? " \(Self.logo)" : ""),
            ])
    }

    /// The logo of ReDoc's authors. It is not shown if the assets are files.
    private static let logo = "https://cdn.redoc.ly/redoc/logo-mini.svg"
}

extension JSON {
    /// The document of an API that clients see below a path.
    fileprivate func below(_ rootPath: String) -> JSON {
        guard case .object(var members) = self else { return self }
        let servers = JSON.array([.object([.init("url", .string(rootPath))])])
        let place = members.firstIndex { $0.name == "paths" } ?? members.endIndex
        members.insert(.init("servers", servers), at: place)
        return .object(members)
    }
}
