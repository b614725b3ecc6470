internal import Messages

/// From where a form may be posted.
///
/// A browser posts a form to any site that a page names, without asking first: what a person's browser may do here,
/// because of where it is or what it has signed in to, a stranger's page could do through it.
public struct FormOrigin: Hashable, Sendable {
    private let name: String

    /// From pages of this server only; anything else is a 403.
    ///
    /// A browser says where a request comes from: by Sec-Fetch-Site where the connection can be trusted, else by Origin,
    /// which is compared with Host (so a proxy in front must pass Host on). A client that sends neither is let in: it is
    /// no browser of these years, and only a browser can be led to act for somebody else.
    public static let thisSite = FormOrigin(name: "thisSite")
    /// From any page.
    public static let anywhere = FormOrigin(name: "anywhere")

    func check(_ request: Request) throws(HTTPError) {
        guard self == .thisSite, !isOwn(request) else { return }
        throw HTTPError(.forbidden, "The form was posted from another site")
    }

    private func isOwn(_ request: Request) -> Bool {
        if let site = request.value(of: "sec-fetch-site") { return site == "same-origin" || site == "none" }
        guard let origin = request.value(of: "origin") else { return true }
        // Without its scheme: a proxy may have taken TLS off.
        guard let host = origin.firstRange(of: "://").map({ origin[$0.upperBound...] }) else { return false }
        return host.lowercased() == request.authority.lowercased()
    }
}
