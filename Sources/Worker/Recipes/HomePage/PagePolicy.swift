/// What a browser may do on one answer's page (Content Security Policy 3): run and apply what bears the answer's nonce,
/// and nothing else, whatever finds its way into a recipe.
struct PagePolicy {
    /// New for each answer: 128 bits that nobody can guess.
    let nonce = String(UInt128.random(in: .min ... .max), radix: 36)

    /// The field's value.
    var text: String {
        [
            "default-src 'none'", "style-src 'nonce-\(nonce)'", "script-src 'nonce-\(nonce)'", "img-src data:",
            "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }
}
