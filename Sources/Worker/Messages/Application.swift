/// What a server serves: a function from requests to answers.
public protocol Application: Sendable {
    /// Whether each answer has a field `x-process-time` that says for how many seconds it was worked on, from the end of
    /// the request's head to the first byte of the answer. Read once.
    ///
    /// It tells everybody how long each thing takes, such as the check of a password.
    var isTimed: Bool { get }

    /// Called once on the loop, before the first request.
    func open(_ host: any Host)

    /// Called on the server's loop, which nothing may block: what takes time is answered `.later` or `.blocking`.
    /// - Throws: anything; the client sees a 500 with an id, and the log the error beside that id.
    func answer(_ request: Request) throws -> Answer

    /// How the content of a request is taken. Called on the loop when the head is there, for a request that has content.
    func content(of head: RequestHead) -> ContentMode

    /// Called on the loop with what the server answers itself, once the head of a request is known: a refusal of its content,
    /// an error that nobody expected, or that the application takes too long.
    ///
    /// Where the server can wait for it, the answer may take its time: for a request or content that is refused, a full
    /// pool, an answer that cannot be sent, and a handler that failed. It cannot for a request that is past its deadline,
    /// and at a stop; there only `.now` counts.
    /// - Parameters:
    ///   - response: as it would be sent, and is sent where the one that is returned fails or cannot be.
    ///   - request: without its content.
    /// - Returns: what is sent: the same with the fields that all answers of the application have. It may be no stream.
    func finish(_ response: Response, to request: Request) -> Answer

    /// Called once on the loop when the worker begins to leave: readiness is answered with no from now on. Requests are
    /// answered as before, for as long as they come.
    func drain()

    /// Called once, when every connection is finished: time to close what the application holds.
    func stop() async
}

extension Application {
    /// Nobody is told.
    public var isTimed: Bool { false }

    /// Nothing is asked of the server.
    public func open(_ host: any Host) {}

    /// Whole.
    public func content(of head: RequestHead) -> ContentMode { .whole }

    /// As it is.
    public func finish(_ response: Response, to request: Request) -> Answer { .now(response) }

    /// Nothing changes.
    public func drain() {}

    /// Nothing to close.
    public func stop() async {}
}

/// How a request is answered.
public enum Answer: Sendable {
    /// At once.
    case now(Response)
    /// By a function that awaits. It starts on the loop, is resumed there, and is cancelled when the client has gone.
    case later(@Sendable () async throws -> Response)
    /// By a function that blocks; it runs on a thread of a small pool, of which an operation may hold only a part.
    case blocking(of: BlockingOperation = .unnamed, @Sendable () throws -> Response)
}
