import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension Reddit {
    /// A call that is under way.
    struct Call: Sendable {
        let task: HTTPClient.Task<HTTPClient.Response>
        /// Fails with a `CallFailure`.
        let lines: EventLoopFuture<[String]>
    }

    /// Why a subreddit gave no ideas.
    struct CallFailure: Error, CustomStringConvertible {
        let subreddit: String
        let cause: any Error

        var description: String { "\(subreddit): \(cause)" }

        /// Whether it took too long, rather than that something came that was wrong.
        var isLate: Bool { (cause as? HTTPClientError).map(Self.timeouts.contains) ?? false }

        private static let timeouts: [HTTPClientError] = [
            .connectTimeout, .tlsHandshakeTimeout, .readTimeout, .writeTimeout, .deadlineExceeded,
            .getConnectionFromPoolTimeout,
        ]
    }

    /// Asks a subreddit. What comes is read on the client's thread: a long listing must not hold up the server's loop.
    func call(_ subreddit: String, until deadline: NIODeadline) throws -> Call {
        let request = try Self.request(for: subreddit, at: baseURL)
        let accumulator = ResponseAccumulator(request: request, maxBodySize: 8 << 20)
        let task = client.execute(request: request, delegate: accumulator, deadline: deadline)
        let lines = task.futureResult.flatMapThrowing { response in
            guard 200..<300 ~= response.status.code else {
                throw Listing.Malformed(description: "status \(response.status.code)")
            }
            return try Listing(response.body.map { Array($0.readableBytesView) } ?? []).lines
        }
        let named = lines.flatMapErrorThrowing { error -> [String] in
            throw CallFailure(subreddit: subreddit, cause: error)
        }
        return Call(task: task, lines: named)
    }

    static func request(for subreddit: String, at baseURL: String) throws -> HTTPClient.Request {
        try HTTPClient.Request(
            url: "\(baseURL)/r/\(subreddit)/top.json?sort=top&t=day&limit=5", headers: ["User-Agent": "recipe bot 0.1"])
    }
}
