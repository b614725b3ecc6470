import Brigade

/// The home page, or where it is now.
struct HomeAnswer: ResponseConvertible {
    private let answer: Response

    /// The page.
    static func page(_ view: HomeView, of page: HomePage, _ status: Status = .ok, fields: [Field] = []) -> HomeAnswer {
        let policy = PagePolicy()
        let text = page.render(view, under: policy)
        return HomeAnswer(answer: Response(status, fields: HomePage.fields(policy) + fields, body: Array(text.utf8)))
    }

    /// The page at another address, which a browser asks for by GET: loading it again posts nothing.
    /// - Parameter location: relative to the request's path, which may stand below a prefix.
    static func elsewhere(_ location: String) -> HomeAnswer {
        HomeAnswer(answer: Response(.seeOther, fields: [Field("location", location)]))
    }

    static var content: ResponseContent? { HTML.content }

    func response(_ status: Status) -> Response { answer }
}
