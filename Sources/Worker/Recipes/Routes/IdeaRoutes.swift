import Brigade

/// What others cook: the same question, asked in two ways.
struct IdeaRoutes {
    let reddit: Reddit

    func declare(on routes: inout Router) {
        let reddit = reddit
        routes.get("/ideas/async", name: "fetch_ideas_async", errors: [.badGateway, .gatewayTimeout]) {
            try await reddit.ideasAtOnce()
        }
        routes.get("/ideas/", name: "fetch_ideas", errors: [.badGateway, .gatewayTimeout]) {
            try reddit.ideas()
        }
    }
}
