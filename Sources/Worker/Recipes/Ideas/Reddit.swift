import Brigade
import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Asks the recipe subreddits for today's best posts, with one pooled client.
final class Reddit: Sendable {
    private let client: HTTPClient
    private let baseURL: String
    private let patience: Patience
    private let group: MultiThreadedEventLoopGroup
    private let log: Logger

    /// In the answer's order.
    private static let subreddits = ["recipes", "easyrecipes", "TopSecretRecipes"]

    init(_ settings: RecipeSettings, log: Logger) throws(SettingError) {
        do {
            _ = try RedditCall.request(for: "recipes", at: settings.redditBaseURL)
        } catch {
            throw SettingError(
                name: "REDDIT_BASE_URL", reason: "\"\(settings.redditBaseURL)\" is no base URL: \(error)")
        }
        try settings.trustedAuthorities.check()
        self.log = log
        baseURL = settings.redditBaseURL
        patience = settings.redditPatience
        // One is busy for a while when a crowd asks at once: 200 answers took 12 % longer, and 20 % where all connections
        // were yet to be opened.
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: .init(settings))
    }

    deinit {
        // The client insists on a shutdown, and its thread needs one.
        let group = group
        client.shutdown { _ in group.shutdownGracefully { _ in } }
    }

    /// Asks one subreddit after another. It blocks, and must not run on the server's loop.
    func ideas() throws(HTTPError) -> Ideas {
        let deadline = patience.wholeDeadline(from: .now())
        do {
            return Ideas(lists: try Self.subreddits.map { ($0, try waitForLines(of: $0, until: deadline)) })
        } catch {
            throw answer(to: error)
        }
    }

    /// Asks all subreddits at once. When one fails, or the caller is cancelled, the others are given up.
    func ideasAtOnce() async throws -> Ideas {
        let deadline = patience.wholeDeadline(from: .now())
        do {
            return try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for (index, subreddit) in Self.subreddits.enumerated() {
                    group.addTask { (index, try await self.lines(of: subreddit, until: deadline)) }
                }
                var lists = Self.subreddits.map { (subreddit: $0, lines: [String]()) }
                for try await (index, lines) in group { lists[index].lines = lines }
                return Ideas(lists: lists)
            }
        } catch {
            try Task.checkCancellation()
            throw answer(to: error)
        }
    }

    private func call(_ subreddit: String, until deadline: NIODeadline) -> RedditCall {
        RedditCall(subreddit, client: client, deadline: patience.callDeadline(from: .now(), within: deadline))
    }

    private func waitForLines(of subreddit: String, until deadline: NIODeadline) throws -> [String] {
        let call = call(subreddit, until: deadline)
        return try withBlockingCancellationHandler {
            try call.lines(at: baseURL).wait()
        } onCancel: {
            call.cancel()
        }
    }

    private func lines(of subreddit: String, until deadline: NIODeadline) async throws -> [String] {
        let call = call(subreddit, until: deadline)
        return try await withTaskCancellationHandler {
            try await call.lines(at: baseURL).get()
        } onCancel: {
            call.cancel()
        }
    }

    /// One line of the log for each answer that fails, unless nobody waits for it any more.
    private func answer(to error: any Error) -> HTTPError {
        let failure = error as? CallFailure
        if failure?.isCancelled != true {
            log.warning(
                "reddit gave no ideas",
                metadata: ["subreddit": "\(failure?.subreddit ?? "any")", "error": "\(failure?.reason ?? "\(error)")"])
        }
        return failure?.isLate == true
            ? HTTPError(.gatewayTimeout, "Timed out waiting for reddit")
            : HTTPError(.badGateway, "Bad answer from reddit")
    }
}
