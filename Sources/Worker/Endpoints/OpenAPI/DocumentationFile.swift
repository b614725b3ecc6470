/// A file of Swagger UI or ReDoc that a page needs.
struct DocumentationFile {
    /// As it is called in a folder of these files, and below `/docs/assets`.
    let name: String
    let mediaType: String
    /// Where the CDN has it. The version stands in it: what is there never changes.
    let address: String
    /// Its hash, which a browser compares before it uses what the CDN sends (W3C, Subresource Integrity).
    let integrity: String

    static let swaggerScript = DocumentationFile(
        name: "swagger-ui-bundle.js", mediaType: "text/javascript; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.33.1/swagger-ui-bundle.js",
        integrity: "sha384-ZPehFMQommnnuaZ4rpxgkgTT2DKFVp4hZC/7pLit+9Lek9T1YGSo23eHFbvNkXkw")
    static let swaggerStyle = DocumentationFile(
        name: "swagger-ui.css", mediaType: "text/css; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.33.1/swagger-ui.css",
        integrity: "sha384-Ov4/wv3j2bmct8cDc5X4ngJZohVPzEmc6uDPH8WeljUxO5vtoykvMEfbu9Vh6RaW")
    static let redocScript = DocumentationFile(
        name: "redoc.standalone.js", mediaType: "text/javascript; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/redoc@2.5.4/bundles/redoc.standalone.js",
        integrity: "sha384-w447zOpYfw/1Tv/5AK9NfHTlQIqE3RVR6KY62jCyy9zNDgO64cMwGGP1Fj0zJVf5")

    static let all = [swaggerScript, swaggerStyle, redocScript]
}
