internal import Messages

/// The pages that show the document, and the document itself; they are not part of it.
struct Documentation {
    let title: String
    let document: JSON
    let assets: DocumentationAssets

    var operations: [Operation] {
        let document = Response(.ok, fields: Response.jsonFields, body: document.bytes)
        return [operation("/openapi.json", document), operation("/docs", swaggerUI), operation("/redoc", redoc)]
            + files
    }

    /// Each is a route of its own: there is no path that could lead to another file.
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
        Operation(
            method: .get, path: path, name: String(path.dropFirst()), words: "", parameters: [], status: .ok,
            content: nil, errors: [], isDocumented: false, answering: { _ in { _ in .now(response) } })
    }

    private static let noSniff = Field("x-content-type-options", "nosniff")

    /// - Parameter policy: what else the page may load or run (W3C, Content Security Policy). It may ask only its own
    ///   server. Both programs make styles while they run.
    func page(_ head: String, _ body: String, policy: [String]) -> Response {
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
