import AsyncHTTPClient
import Endpoints
import Logging
import Messages
import NIOCore
import NIOPosix

/// Asks the recipe subreddits for today's best posts, with one pooled client.
final class Reddit: Sendable {
    let client: HTTPClient
    /// What stands before `/r/...`.
    let baseURL: String
    private let group: MultiThreadedEventLoopGroup
    private let log: Logger

    /// In the answer's order.
    private static let subreddits = ["recipes", "easyrecipes", "TopSecretRecipes"]

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - patience: how long to wait for a connection, and for each next byte.
    init(baseURL: String, patience: TimeAmount = .seconds(5), log: Logger) throws(SettingError) {
        do {
            _ = try Self.request(for: "recipes", at: baseURL)
        } catch {
            throw SettingError(name: "REDDIT_BASE_URL", reason: "\"\(baseURL)\" is no base URL: \(error)")
        }
        self.log = log
        self.baseURL = baseURL
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: patience, read: patience)
        configuration.redirectConfiguration = .follow(max: 20, allowCycles: true)
        configuration.httpVersion = .http1Only
        // Each call has a connection of its own; with the default of 8, calls would wait for each other.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // An upstream that refuses is an answer, not a reason to ask it for five seconds.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    deinit {
        // The client insists on a shutdown, and its thread needs one.
        let group = group
        client.shutdown { _ in group.shutdownGracefully { _ in } }
    }

    /// Asks one subreddit after another. It blocks, and must not run on the server's loop.
    func ideas() throws(HTTPError) -> Ideas {
        let deadline = Self.deadline()
        do {
            return Ideas(lists: try Self.subreddits.map { ($0, try call($0, until: deadline).lines.wait()) })
        } catch {
            throw answer(to: error)
        }
    }

    /// Asks all subreddits at once. When one fails, or the caller is cancelled, the others are given up.
    func ideasAtOnce() async throws -> Ideas {
        let deadline = Self.deadline()
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

    /// When the last call must be done: the patience starts anew with each byte, and a server may drip.
    private static func deadline() -> NIODeadline { .now() + .seconds(15) }

    private func lines(of subreddit: String, until deadline: NIODeadline) async throws -> [String] {
        let call = try call(subreddit, until: deadline)
        return try await withTaskCancellationHandler {
            try await call.lines.get()
        } onCancel: {
            call.task.cancel()
        }
    }

    private func answer(to error: any Error) -> HTTPError {
        log.warning("reddit gave no ideas", metadata: ["error": "\(error)"])
        return (error as? CallFailure)?.isLate == true
            ? HTTPError(.gatewayTimeout, "Timed out waiting for reddit")
            : HTTPError(.badGateway, "Bad answer from reddit")
    }
}
