internal import Messages

/// The pages that show the document, and the document itself; they are not part of it.
struct Documentation {
    let title: String
    let document: JSON

    var operations: [Operation] {
        let html = Field("content-type", "text/html; charset=utf-8")
        return [
            page("/openapi.json", Response(.ok, fields: Response.jsonFields, body: document.bytes)),
            page("/docs", Response(.ok, fields: [html], body: Array(swaggerUI.utf8))),
            page("/redoc", Response(.ok, fields: [html], body: Array(redoc.utf8))),
        ]
    }

    private func page(_ path: String, _ response: Response) -> Operation {
        Operation(
            method: .get, path: path, name: String(path.dropFirst()), description: "", parameters: [], status: .ok,
            content: nil, errors: [], isDocumented: false, answer: { _ in .now(response) })
    }

    private var swaggerUI: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.escape(title)) - Swagger UI</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.31.0/swagger-ui.css">
        </head>
        <body>
        <div id="swagger-ui"></div>
        <script src="https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.31.0/swagger-ui-bundle.js"></script>
        <script>
        SwaggerUIBundle({
            url: "/openapi.json", dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true,
            showExtensions: true, showCommonExtensions: true,
        });
        </script>
        </body>
        </html>
        """
    }

    private var redoc: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.escape(title)) - ReDoc</title>
        <link rel="icon" href="data:,">
        <style>body { margin: 0; padding: 0; }</style>
        </head>
        <body>
        <noscript>ReDoc needs JavaScript to show the documentation.</noscript>
        <redoc spec-url="/openapi.json"></redoc>
        <script src="https://cdn.jsdelivr.net/npm/redoc@2.5.2/bundles/redoc.standalone.js"></script>
        </body>
        </html>
        """
    }
}
