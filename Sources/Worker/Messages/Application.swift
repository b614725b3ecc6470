/// What a server serves: a function from requests to answers.
public protocol Application: Sendable {
    /// Called on the server's loop, which nothing may block: what takes time is answered `.later` or `.blocking`.
    /// - Throws: anything; the client sees a 500 with an id, and the log the error beside that id.
    func answer(_ request: Request) throws -> Answer

    /// How the content of a request is taken. Called on the loop when the head is there, for a request that has content.
    func content(of head: RequestHead) -> ContentMode

    /// Called on the loop after the requests of one pass, which may share something until then, such as a read
    /// transaction; and before answers go out that other threads have made, so that a client that has seen one is shown
    /// nothing older.
    func passEnded()

    /// Called once, when every connection is finished: time to close what the application holds.
    func stop() async
}

extension Application {
    /// Whole.
    public func content(of head: RequestHead) -> ContentMode { .whole }

    /// Nothing to let go of.
    public func passEnded() {}

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
