import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// A subreddit that is being asked, over as many requests as its redirects take.
final class RedditCall: Sendable {
    private struct Progress {
        var task: HTTPClient.Task<HTTPClient.Response>?
        var isCancelled = false
    }

    /// Bytes of a listing after decompression. Five posts are 50 kB; a hundred calls at once must fit into the memory.
    static let largestListing = 2 << 20
    /// Bytes of all heads of an answer, and of what chunks have around them.
    static let largestHeads = 256 << 10

    /// The next kept connection may be lost as well, when a server closes several at once.
    static let mostRepeats = 5

    private let subreddit: String
    private let client: HTTPClient
    private let deadline: NIODeadline
    private let progress = Mutex(Progress())

    init(_ subreddit: String, client: HTTPClient, deadline: NIODeadline) {
        self.subreddit = subreddit
        self.client = client
        self.deadline = deadline
    }

    /// Gives up. Its future fails.
    func cancel() {
        let task = progress.withLock { progress in
            progress.isCancelled = true
            return progress.task
        }
        task?.cancel()
    }

    /// Asks. What comes is read on the client's thread: a long listing must not hold up the server's loop.
    /// - Returns: the lines of its posts; it fails with a `CallFailure`.
    func lines(at baseURL: String) throws -> EventLoopFuture<[String]> {
        let first = try Self.request(for: subreddit, at: baseURL)
        return ask(first, redirectsLeft: Redirect.limit).flatMapErrorThrowing { [subreddit] error in
            throw CallFailure(subreddit: subreddit, cause: error)
        }
    }

    static func request(for subreddit: String, at baseURL: String) throws -> HTTPClient.Request {
        try HTTPClient.Request(url: "\(baseURL)/r/\(subreddit)/top.json?sort=top&t=day&limit=5", headers: headers)
    }

    private static let headers: HTTPHeaders = ["User-Agent": "recipe bot 0.1"]

    private func ask(_ request: HTTPClient.Request, redirectsLeft: Int) -> EventLoopFuture<[String]> {
        let answer = fetch(request, repeats: Self.mostRepeats)
        return answer.flatMap { response in
            do {
                let location = response.headers.first(name: "Location")
                guard let target = try Redirect.target(of: response.status, location, from: request.url) else {
                    return answer.eventLoop.makeSucceededFuture(try Self.lines(of: response))
                }
                guard redirectsLeft > 0 else { throw HTTPClientError.redirectLimitReached }
                let next = try HTTPClient.Request(url: target, headers: Self.headers)
                return self.ask(next, redirectsLeft: redirectsLeft - 1)
            } catch {
                return answer.eventLoop.makeFailedFuture(error)
            }
        }
    }

    /// - Parameter repeats: how often to ask once more when a kept connection is lost.
    private func fetch(_ request: HTTPClient.Request, repeats: Int) -> EventLoopFuture<HTTPClient.Response> {
        let accumulator = ResponseAccumulator(request: request, maxBodySize: Self.largestListing)
        let task = client.execute(request: request, delegate: accumulator, deadline: deadline)
        let isCancelled = progress.withLock { progress in
            progress.task = task
            return progress.isCancelled
        }
        if isCancelled { task.cancel() }
        guard repeats > 0 else { return task.futureResult }
        return task.futureResult.flatMapError { error in
            // The second is that of a connection which has ended before we could ask.
            guard error is KeptConnection.Lost || error as? ChannelError == .ioOnClosedChannel else {
                return task.eventLoop.makeFailedFuture(error)
            }
            return self.fetch(request, repeats: repeats - 1)
        }
    }

    private static func lines(of response: HTTPClient.Response) throws(Listing.Malformed) -> [String] {
        guard 200..<300 ~= response.status.code else {
            throw Listing.Malformed(description: "status \(response.status.code)")
        }
        return try Listing(response.body.map { Array($0.readableBytesView) } ?? []).lines
    }
}
