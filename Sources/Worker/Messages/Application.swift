/// What a server serves: a function from requests to answers.
public protocol Application: Sendable {
    /// Called on the server's loop, which nothing may block: what takes time is answered `.later` or `.blocking`.
    /// - Throws: anything; the client sees a 500 with an id, and the log the error beside that id.
    func answer(_ request: Request) throws -> Answer

    /// Called once, when every connection is finished: time to close what the application holds.
    func stop() async
}

extension Application {
    /// Nothing to close.
    public func stop() async {}
}

/// How a request is answered.
public enum Answer: Sendable {
    /// At once.
    case now(Response)
    /// By a function that awaits. It starts on the loop, is resumed there, and is cancelled when the client has gone.
    case later(@Sendable () async throws -> Response)
    /// By a function that blocks; it runs on a thread of a small pool.
    case blocking(@Sendable () throws -> Response)
}
