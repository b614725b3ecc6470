import AsyncHTTPClient

/// Why a subreddit gave no ideas.
struct CallFailure: Error {
    let subreddit: String
    let cause: any Error

    /// Whether it took too long, rather than that something came that was wrong.
    var isLate: Bool { (cause as? HTTPClientError).map(Self.timeouts.contains) ?? false }

    /// The caller went before reddit had answered.
    var isCancelled: Bool { cause as? HTTPClientError == .cancelled }

    /// What happened, for the log: a line of bounded length, whatever the upstream has put into it.
    var reason: String { String("\(cause)".prefix(300)) }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .readTimeout, .writeTimeout,
        .deadlineExceeded, .getConnectionFromPoolTimeout,
    ]
}
