import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Brigade
import Synchronization
import Tracing

/// The request for one subreddit's listing, with its redirects and retries.
final class RedditCall: Sendable {
    /// Bytes of a listing after decompression. Five posts are 50 kB; a hundred calls at the same time must fit into memory.
    static let maxListingSize = 2 << 20
    /// Bytes of all response heads and of the chunked framing.
    static let maxOverhead = 256 << 10
    /// A server may close several idle connections at the same time, so a retry can meet another closed one.
    static let maxRetries = 5

    private struct Progress {
        var task: HTTPClient.Task<HTTPClient.Response>?
        var isCancelled = false
    }

    private let subreddit: String
    private let client: HTTPClient
    private let deadline: NIODeadline
    private let headers: HTTPHeaders
    /// The caller's, when a tracer is bootstrapped.
    private let context: ServiceContext
    private let progress = Mutex(Progress())

    /// - Parameter fields: of the caller's request, that are passed on.
    init(_ subreddit: String, client: HTTPClient, deadline: NIODeadline, fields: [Field]) {
        headers = HTTPHeaders(fields.map { ($0.name, $0.value) } + [("User-Agent", "recipe bot 0.1")])
        context = ServiceContext.current ?? .topLevel
        self.subreddit = subreddit
        self.client = client
        self.deadline = deadline
    }

    /// The future of `lines(at:)` fails. Any thread may call it.
    func cancel() {
        let task = progress.withLock { progress in
            progress.isCancelled = true
            return progress.task
        }
        task?.cancel()
    }

    /// Sends the request. The HTTP client's thread parses the response: a long listing must not delay the event loop.
    /// - Returns: one line per post, or a `RedditError`.
    func lines(at baseURL: String) throws -> EventLoopFuture<[String]> {
        let first = try HTTPClient.Request(url: Self.url(for: subreddit, at: baseURL), headers: headers)
        return send(first, redirectsLeft: Redirect.limit).flatMapErrorThrowing { [subreddit] error in
            throw RedditError(subreddit: subreddit, cause: error)
        }
    }

    static func url(for subreddit: String, at baseURL: String) -> String {
        "\(baseURL)/r/\(subreddit)/top.json?sort=top&t=day&limit=5"
    }

    private func send(_ request: HTTPClient.Request, redirectsLeft: Int) -> EventLoopFuture<[String]> {
        let answer = fetch(request, retriesLeft: Self.maxRetries)
        return answer.flatMap { response in
            do {
                let location = response.headers.first(name: "Location")
                guard let target = try Redirect.target(of: response.status, location, from: request.url) else {
                    return answer.eventLoop.makeSucceededFuture(try Self.lines(of: response))
                }
                guard redirectsLeft > 0 else { throw HTTPClientError.redirectLimitReached }
                let next = try HTTPClient.Request(url: target, headers: self.headers)
                return self.send(next, redirectsLeft: redirectsLeft - 1)
            } catch {
                return answer.eventLoop.makeFailedFuture(error)
            }
        }
    }

    /// - Parameter retriesLeft: how often to send the request again if a reused connection turns out to be closed.
    private func fetch(_ request: HTTPClient.Request, retriesLeft: Int) -> EventLoopFuture<HTTPClient.Response> {
        let span = UpstreamSpan(request, context)
        let accumulator = ResponseAccumulator(request: span.request, maxBodySize: Self.maxListingSize)
        let task = client.execute(request: span.request, delegate: accumulator, deadline: deadline)
        task.futureResult.whenComplete(span.end)
        let isCancelled = progress.withLock { progress in
            progress.task = task
            return progress.isCancelled
        }
        if isCancelled { task.cancel() }
        guard retriesLeft > 0 else { return task.futureResult }
        return task.futureResult.flatMapError { error in
            // The second error: the connection had closed before the request was written.
            guard error is ReusedConnectionHandler.Closed || error as? ChannelError == .ioOnClosedChannel else {
                return task.eventLoop.makeFailedFuture(error)
            }
            return self.fetch(request, retriesLeft: retriesLeft - 1)
        }
    }

    private static func lines(of response: HTTPClient.Response) throws(RedditListing.Malformed) -> [String] {
        guard 200..<300 ~= response.status.code else {
            throw RedditListing.Malformed(description: "status \(response.status.code)")
        }
        return try RedditListing(response.body.map { Array($0.readableBytesView) } ?? []).lines
    }
}

/// Why a subreddit gave no ideas.
struct RedditError: Error {
    let subreddit: String
    let cause: any Error

    var isTimeout: Bool { (cause as? HTTPClientError).map(Self.timeouts.contains) ?? false }

    /// The client of the API went away before reddit had answered.
    var isCancelled: Bool { cause as? HTTPClientError == .cancelled }

    /// For the log. Bounded, because the server may have put anything into it.
    var reason: String { String("\(cause)".prefix(300)) }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .readTimeout, .writeTimeout,
        .deadlineExceeded, .getConnectionFromPoolTimeout,
    ]
}

/// Which redirects are followed.
enum Redirect {
    /// Per call.
    static let limit = 20

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// - Returns: the next URL; nil if the response is not a redirect.
    /// - Throws: if the target is not a web address, or would go from https to http.
    static func target(of status: HTTPResponseStatus, _ location: String?, from origin: URL) throws(Refused) -> URL? {
        // RFC 9110, section 15.4. 300, 304 and 305 do not name another place for the same resource.
        guard [301, 302, 303, 307, 308].contains(status.code), let location else { return nil }
        guard let target = URL(string: location, relativeTo: origin)?.absoluteURL,
            let scheme = target.scheme?.lowercased(),
            scheme == "http" || scheme == "https", target.host?.isEmpty == false
        else { throw Refused(description: "redirect to something other than a web address") }
        guard scheme == "https" || origin.scheme?.lowercased() == "http" else {
            throw Refused(description: "redirect from https to http")
        }
        return target
    }
}
