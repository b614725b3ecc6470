import Contract

/// The page that draws the last fifteen minutes. Template, style and script are files beside this one; the build embeds them
/// in the executable.
enum DashboardPage {
    /// Between two of them is a nonce.
    private static let pieces: [Substring] = {
        let style = String(decoding: PackageResources.dashboard_css, as: UTF8.self)
        let script = String(decoding: PackageResources.dashboard_js, as: UTF8.self)
        return String(decoding: PackageResources.dashboard_html, as: UTF8.self)
            .replacing("{{style}}", with: style).replacing("{{script}}", with: script)
            .split(separator: "{{nonce}}", omittingEmptySubsequences: false)
    }()

    /// With a nonce of its own: what is not of this page does not run in it.
    static func answer() -> HTTPAnswer {
        let nonce = (0..<2).map { _ in String(hexadecimal: UInt64.random(in: .min ... .max), width: 16) }.joined()
        return HTTPAnswer(
            type: "text/html; charset=utf-8",
            fields: [
                HTTPAnswer.Field("Content-Security-Policy", policy(nonce)),
                HTTPAnswer.Field("Referrer-Policy", "no-referrer"),
                HTTPAnswer.Field("Cross-Origin-Opener-Policy", "same-origin"),
                HTTPAnswer.Field("Cross-Origin-Resource-Policy", "same-origin"),
            ], Array(pieces.joined(separator: nonce).utf8))
    }

    /// Nothing but this page's own style and script, and data from where it came from. With trusted types, the script has no
    /// way to turn text into HTML.
    private static func policy(_ nonce: String) -> String {
        [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'", "connect-src 'self'",
            "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
            "require-trusted-types-for 'script'", "trusted-types 'none'",
        ].joined(separator: "; ")
    }
}
