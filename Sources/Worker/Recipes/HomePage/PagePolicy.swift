import FoundationEssentials

/// What a browser may do on the page (Content Security Policy 3): run and apply what stands in it and nothing else,
/// whatever finds its way into a recipe.
struct PagePolicy {
    /// The field's value.
    let text: String

    init(style: String, script: String) {
        text = [
            "default-src 'none'", "style-src \(Self.source(style))", "script-src \(Self.source(script))",
            "img-src data:", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    private static func source(_ text: String) -> String {
        "'sha256-\(Data(SHA256.digest(of: Array(text.utf8))).base64EncodedString())'"
    }
}
