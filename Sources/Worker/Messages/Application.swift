/// The interface between a server and what it serves: a function from requests to responses.
public protocol Application: Sendable {
    /// Whether each response carries `x-process-time`: the seconds from the end of the request's head to the first byte of
    /// the response. The server reads it once.
    ///
    /// It tells every client how long each operation takes, the check of a password too.
    var sendsProcessTime: Bool { get }

    /// What requests are counted by. The server reads it once.
    var routes: [RouteName] { get }

    /// Called once on the loop, before the first request.
    func start(on host: any ApplicationHost)

    /// Called on the server's loop and must not block: return `.later` or `.blocking` for anything that takes time.
    /// - Parameter route: to be set to the index in `routes` of the one that matches, before anything is thrown. It is nil at
    ///   first, for none.
    /// - Throws: any error. The client gets a 500 with an id; the log has the error with the same id.
    func answer(_ request: Request, route: inout Int?) throws -> Answer

    /// How the server reads the content of a request. Called on the loop when the head is complete, if the request has
    /// content.
    func contentMode(for head: RequestHead) -> ContentMode

    /// Lets the application add to a response that the server made itself, such as its CORS fields. Called on the loop once
    /// the head of the request is known: for rejected content, an unexpected error, or a request that takes too long.
    ///
    /// The result may be `.later` or `.blocking` if the server can wait for it: for a rejected request or content, a full
    /// pool, a response that cannot be sent, and a failed handler. The server cannot wait for a request past its deadline,
    /// nor when it stops; there it uses `.now` only.
    /// - Parameters:
    ///   - response: the server's response. It is sent unchanged if the returned answer fails or cannot be sent.
    ///   - request: without its content.
    ///   - route: as in `answer`.
    /// - Returns: the response to send. It must not be a stream.
    func decorate(_ response: Response, for request: Request, route: inout Int?) -> Answer

    /// Called once on the loop when the worker starts to drain: report that it is not ready from now on. Requests that still
    /// arrive are answered as before.
    func drain()

    /// Called once when every connection has ended: release what the application holds.
    func stop() async
}

extension Application {
    /// False.
    public var sendsProcessTime: Bool { false }

    /// None.
    public var routes: [RouteName] { [] }

    /// Does nothing.
    public func start(on host: any ApplicationHost) {}

    /// `.whole`.
    public func contentMode(for head: RequestHead) -> ContentMode { .whole }

    /// The response, unchanged.
    public func decorate(_ response: Response, for request: Request, route: inout Int?) -> Answer { .now(response) }

    /// Does nothing.
    public func drain() {}

    /// Does nothing.
    public func stop() async {}
}

extension Application {
    /// For a caller that counts nothing.
    package func answer(_ request: Request) throws -> Answer {
        var route: Int?
        return try answer(request, route: &route)
    }

    /// For a caller that counts nothing.
    package func decorate(_ response: Response, for request: Request) -> Answer {
        var route: Int?
        return decorate(response, for: request, route: &route)
    }
}

/// A route as metrics and logs name it.
public struct RouteName: Hashable, Sendable {
    /// The method that the route was declared with. HEAD is counted apart from GET.
    public let method: Method
    /// The path as declared, such as `/tasks/{id}`.
    public let template: String

    /// A route of an application.
    public init(method: Method, template: String) {
        self.method = method
        self.template = template
    }
}

/// How the response to a request is made.
public enum Answer: Sendable {
    /// It is here.
    case now(Response)
    /// By an async function. It starts and resumes on the loop, and is cancelled when the client disconnects.
    case later(@Sendable () async throws -> Response)
    /// By a function that blocks. It runs on a thread of the blocking pool, of which one operation may hold only a part.
    case blocking(of: BlockingOperation = .unnamed, @Sendable () throws -> Response)
}

/// When an application gets a request that has content.
public enum ContentMode: Hashable, Sendable {
    /// When all of the content has been received, as `Request.body`.
    case whole
    /// When the head has been received. The application reads the content from `Request.stream`.
    /// - Parameter limit: in bytes; nil for the server's own (`--max-body`).
    case stream(limit: Int? = nil)
}

/// What a server offers to its application.
public protocol ApplicationHost: Sendable {
    /// Runs blocking work on a thread of the pool. May be called on any thread.
    /// - Parameters:
    ///   - operation: whose share of the threads the work uses.
    ///   - deadline: when the result is no longer needed (CLOCK_MONOTONIC, nanoseconds); nil for never.
    /// - Returns: false if the queue is full; the work is not run then.
    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool

    /// Calls back once on the loop: when the requests of this pass of the loop are served, or before responses made by other
    /// threads are sent, whichever comes first. Use it to release what the requests of a pass share, such as a read
    /// transaction, so that no later response shows older data than an earlier one.
    ///
    /// Must be called on the loop.
    func afterPass(_ body: @escaping @Sendable () -> Void)

    /// Starts a task on the server's loop. A drain does not wait for it. May be called on any thread.
    @discardableResult
    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never>
}

/// One kind of blocking work. The threads of the blocking pool are divided among these, so that when one kind stalls (a slow
/// upstream, a lock), it keeps only its share of the threads and the others continue on the rest.
public final class BlockingOperation: Sendable {
    /// For the log.
    public let name: String
    /// How many threads of the pool it may hold at once; nil for three quarters of them. One is always allowed.
    public let threads: Int?

    /// Make one for each kind of work and keep it: two are the same only if they are the same object.
    public init(_ name: String, threads: Int? = nil) {
        self.name = name
        self.threads = threads
    }

    /// For work that belongs to no named operation. It may hold every thread.
    public static let unnamed = BlockingOperation("unnamed", threads: .max)

    /// What the client of a request gets with a 503 if the queue of the pool is full. The server sends it for a handler that
    /// blocks, an application for blocking work inside an async handler.
    package static let queueFull = (detail: "Too much work waits already; ask again later", retryAfter: 1)
}
