import Brigade
import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Fetches today's best posts of the recipe subreddits, with one pooled HTTP client.
final class Reddit: Sendable {
    private let client: HTTPClient
    private let baseURL: String
    private let timeouts: RedditTimeouts
    private let group: MultiThreadedEventLoopGroup
    private let log: Logger

    /// In the order of the answer.
    private static let subreddits = ["recipes", "easyrecipes", "TopSecretRecipes"]

    init(_ settings: RecipeSettings, log: Logger) throws(SettingError) {
        do {
            _ = try HTTPClient.Request(url: RedditCall.url(for: "recipes", at: settings.redditBaseURL))
        } catch {
            throw SettingError(
                name: "REDDIT_BASE_URL", reason: "\"\(settings.redditBaseURL)\" is not a base URL: \(error)")
        }
        try settings.trustRoots.check()
        self.log = log
        baseURL = settings.redditBaseURL
        timeouts = settings.redditTimeouts
        // With one thread, 200 answers at the same time took 12 % longer, and 20 % longer if all connections were new.
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: .init(settings))
    }

    deinit {
        // HTTPClient stops the process if it is not shut down.
        let group = group
        client.shutdown { _ in group.shutdownGracefully { _ in } }
    }

    /// Asks one subreddit after another. It blocks, and must not run on the event loop.
    /// - Parameter fields: of the caller's request, that are passed on.
    /// - Throws: 504 if reddit takes too long, 502 for any other failure.
    func ideas(passingOn fields: [Field] = []) throws(HTTPError) -> Ideas {
        let deadline = timeouts.answerDeadline(from: .now())
        do {
            return Ideas(lists: try Self.subreddits.map { ($0, try blockingLines(of: $0, until: deadline, fields)) })
        } catch {
            throw httpError(for: error)
        }
    }

    /// Asks all subreddits at the same time. If one fails, or the caller is cancelled, the other calls are cancelled.
    /// - Throws: as `ideas()`, and `CancellationError`.
    func ideasConcurrently(passingOn fields: [Field] = []) async throws -> Ideas {
        let deadline = timeouts.answerDeadline(from: .now())
        do {
            return try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for (index, subreddit) in Self.subreddits.enumerated() {
                    group.addTask { (index, try await self.lines(of: subreddit, until: deadline, fields)) }
                }
                var lists = Self.subreddits.map { (subreddit: $0, lines: [String]()) }
                for try await (index, lines) in group { lists[index].lines = lines }
                return Ideas(lists: lists)
            }
        } catch {
            try Task.checkCancellation()
            throw httpError(for: error)
        }
    }

    private func call(_ subreddit: String, until deadline: NIODeadline, _ fields: [Field]) -> RedditCall {
        RedditCall(
            subreddit, client: client, deadline: timeouts.callDeadline(from: .now(), within: deadline), fields: fields)
    }

    private func blockingLines(of subreddit: String, until deadline: NIODeadline, _ fields: [Field]) throws -> [String]
    {
        let call = call(subreddit, until: deadline, fields)
        return try withBlockingCancellationHandler {
            try call.lines(at: baseURL).wait()
        } onCancel: {
            call.cancel()
        }
    }

    private func lines(of subreddit: String, until deadline: NIODeadline, _ fields: [Field]) async throws -> [String] {
        let call = call(subreddit, until: deadline, fields)
        return try await withTaskCancellationHandler {
            try await call.lines(at: baseURL).get()
        } onCancel: {
            call.cancel()
        }
    }

    /// Logs one line per failed answer, unless the client has gone.
    private func httpError(for error: any Error) -> HTTPError {
        let failure = error as? RedditError
        if failure?.isCancelled != true {
            log.warning(
                "reddit gave no ideas",
                metadata: ["subreddit": "\(failure?.subreddit ?? "any")", "error": "\(failure?.reason ?? "\(error)")"])
        }
        return failure?.isTimeout == true
            ? HTTPError(.gatewayTimeout, "Timed out waiting for reddit")
            : HTTPError(.badGateway, "Bad answer from reddit")
    }
}

/// The answer: for each subreddit, one line per post.
struct Ideas: ResponseValue {
    /// In the order of the subreddits.
    let lists: [(subreddit: String, lines: [String])]

    static var schema: Schema {
        Schema([.init("additionalProperties", true), .init("type", "object")])
    }

    func write(to writer: inout JSONWriter) {
        writer.raw("{")
        for (index, list) in lists.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(list.subreddit)
            writer.raw(":")
            list.lines.write(to: &writer)
        }
        writer.raw("}")
    }
}

/// How long reddit may take. A server can be slow in several ways, so there are several limits.
struct RedditTimeouts: Equatable, Sendable {
    /// To open a connection: name resolution, TCP, the proxy, TLS.
    let connect: TimeAmount
    /// Until the first byte of a response, and between two reads.
    let read: TimeAmount
    /// For one subreddit with all its redirects. It stops a server that sends a little again and again.
    let call: TimeAmount
    /// For all subreddits together, even if they are asked one after another.
    let answer: TimeAmount

    /// All limits follow from one number, so that no two can contradict each other.
    init(_ step: TimeAmount = .seconds(5)) {
        (connect, read, call, answer) = (step, step, step * 2, step * 3)
    }

    func answerDeadline(from now: NIODeadline) -> NIODeadline { now + answer }

    func callDeadline(from now: NIODeadline, within answerDeadline: NIODeadline) -> NIODeadline {
        min(now + call, answerDeadline)
    }
}
