public import Logging
public import Messages

/// One request, and what its handler, its dependencies and its middleware share while it lasts.
///
/// A handler asks for it with `RequestContext()`; middleware and custom parameters receive it.
public struct Context: Sendable {
    /// The request as it came, or as middleware has passed it on.
    public let request: Request
    /// Nil if no route matches.
    let match: MatchedPath?
    /// Nil if nothing can ask for what it holds: most requests do not need it.
    let state: RequestState?

    init(request: Request, match: MatchedPath?, state: RequestState?) {
        self.request = request
        self.match = match
        self.state = state
    }

    private var shared: RequestState {
        // Only parameters declared as `requestOnly` are given a context without state.
        guard let state else {
            preconditionFailure("a parameter that is declared as requestOnly uses more of the context than the request")
        }
        return state
    }

    var runtime: APIRuntime { shared.runtime }

    func begin(_ scope: DependencyScope) { shared.begin(scope) }

    /// This context with another request, for middleware that changes the request. The route stays the same.
    public func with(_ request: Request) -> Context { Context(request: request, match: match, state: state) }

    // MARK: Who and where

    /// Identifies the request in logs and responses: `x-request-id` if a trusted proxy sent it, else 16
    /// random hexadecimal digits.
    public var id: String { request.id }

    /// The trace that the request belongs to, of its field `traceparent`; nil without a well-formed one.
    public var trace: TraceContext? { request.trace }

    /// The application's logger, with the id as the metadata `request`, and the id of the trace as `trace`.
    public var logger: Logger { request.identity.logger(shared.runtime.logger) }

    /// What a request to another server carries, so that its logs and traces can be found from this one: `x-request-id`, and
    /// `traceparent` and `tracestate` when this request belongs to a trace. When a tracer is bootstrapped, the caller's span is
    /// the current one.
    public var outgoingFields: [Field] {
        var fields = [Field("x-request-id", id)]
        if let traced = shared.runtime.tracing?.outgoingFields, !traced.isEmpty { return fields + traced }
        guard let trace else { return fields }
        fields.append(Field("traceparent", trace.traceParent))
        fields += headers("tracestate").map { Field("tracestate", $0) }
        return fields
    }

    /// The route that matches the request. Nil if none does, which only middleware of an API can see.
    public var route: MatchedRoute? { shared.route?.description }

    /// The address of the client, which a trusted proxy may name. See `Request.client`.
    public var client: String { request.client }

    /// The address of the connection's other end: the client, or a proxy. Empty for a unix socket.
    public var peer: String { request.connection.peer }

    /// The time left until the server gives up on the request (`--request-timeout`), at least zero; nil without a limit.
    public var remainingTime: Duration? {
        request.connection.deadline.map { deadline in
            // On Linux this clock is CLOCK_MONOTONIC, on which the server sets deadlines.
            let now = SuspendingClock().systemEpoch.duration(to: .now)
            return max(.zero, .nanoseconds(Int64(clamping: deadline)) - now)
        }
    }

    // MARK: Values

    /// The value of a type that middleware or a dependency has set for this request, or else the one of `API.provide`.
    public subscript<Value: Sendable>(_ type: Value.Type) -> Value? {
        get { shared.value(type) }
        nonmutating set { shared.set(type, newValue) }
    }

    /// The value of a type that must be there.
    /// - Throws: `MissingContextValueError`, which is a 500; the log says what to do.
    public func get<Value: Sendable>(_ type: Value.Type = Value.self) throws(MissingContextValueError) -> Value {
        guard let value = self[type] else { throw MissingContextValueError(type: "\(type)") }
        return value
    }

    /// The error that the handler, a dependency or middleware has thrown, once it has been turned into a response. For
    /// middleware that reports errors; nil if nothing was thrown.
    public var failure: (any Error)? { shared.failure }

    // MARK: Work

    /// Runs blocking work on a thread of the blocking pool, for an async handler. It uses the endpoint's share of the threads.
    /// - Throws: what the work throws; `HTTPError` 503 if the pool's queue is full.
    public func runBlocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await runBlocking(of: shared.route?.blocking ?? .unnamed, work)
    }

    @usableFromInline
    func runBlocking<Result: Sendable>(
        of operation: BlockingOperation, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let host = shared.runtime.host
        return try await withCheckedThrowingContinuation { continuation in
            let isTaken = host.runBlocking(operation, deadline: request.connection.deadline) {
                continuation.resume(with: Swift.Result { try work() })
            }
            if !isTaken {
                continuation.resume(
                    throwing: HTTPError(
                        .serviceUnavailable, BlockingOperation.queueFull.detail,
                        fields: [Field("retry-after", String(BlockingOperation.queueFull.retryAfter))]))
            }
        }
    }

    /// Runs a job after the response has been sent or the client has disconnected, such as sending an e-mail. It starts on
    /// the loop; jobs run one after another, and a drain waits for them. Errors are logged.
    public func afterResponse(_ job: @escaping @Sendable () async throws -> Void) {
        shared.add(job)
    }

    // MARK: Draining

    /// Whether this worker will exit soon: for a reload, a scale-down or a stop. It finishes its requests; a stream without an
    /// end of its own should end.
    public var isDraining: Bool { shared.runtime.isDraining }

    /// Returns when this worker starts to drain, or when the task is cancelled.
    public func untilDraining() async {
        await shared.runtime.untilDraining()
    }
}

/// The route that matches a request.
public struct MatchedRoute: Hashable, Sendable {
    /// The method that the route was declared with.
    public let method: Method
    /// The path as declared, such as `/tasks/{id}`: use it, and not the request's path, as a label of metrics.
    public let path: String
    /// The operation's name.
    public let name: String
}

/// A value is asked for that was neither provided nor set.
public struct MissingContextValueError: Error, Hashable, CustomStringConvertible {
    let type: String

    /// Names the type, and says what to do.
    public var description: String {
        """
        the context has no \(type): provide one to all requests by api.provide(...), or set one for this request by \
        context[\(type).self] = ...
        """
    }
}

// What parameters are read from.
extension Context {
    /// The decoded segment of the path that a template's parameter matches: `pathParameter("id")` for `/tasks/{id}`.
    public func pathParameter(_ name: String) -> String? { pathBytes(name).map { String(decoding: $0, as: UTF8.self) } }

    @usableFromInline func pathBytes(_ name: String) -> ArraySlice<UInt8>? { match?.bytes(of: name) }

    /// The decoded value of the last query parameter with that name.
    public func queryParameter(_ name: String) -> String? {
        request.query.flatMap { QueryString($0).lastValue(of: name) }
    }

    /// The decoded values of all query parameters with that name, in order.
    public func queryParameters(_ name: String) -> [String] {
        request.query.map { QueryString($0).values(of: name) } ?? []
    }

    /// The value of the first field with that name.
    /// - Parameter name: in lower case.
    public func header(_ name: String) -> String? {
        request.head.fields.first { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }

    /// The values of all fields with that name, in order.
    /// - Parameter name: in lower case.
    public func headers(_ name: String) -> [String] {
        request.head.fields.filter { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }
}

extension RequestHead {
    fileprivate func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// The parameter that gives a handler or a dependency the request's context: its id, its logger, the whole request, work on
/// the blocking pool or after the response.
///
/// ```swift
/// api.post("/recipes", RequestContext(), Body(NewRecipe.self)) { context, recipe in
///     context.logger.info("recipe added", metadata: ["label": "\(recipe.label)"])
///     return try store.add(recipe)
/// }
/// ```
public struct RequestContext: Parameter {
    /// The context has no name or options.
    public init() {}

    /// Not shown in the document.
    public var declaration: ParameterDeclaration { ParameterDeclaration(.request) }

    /// The context.
    public func read(from context: Context, issues: inout [Issue]) -> Context? { context }
}

/// The parameter for a value that `API.provide` gives to all requests, found by its type. `API.build` checks that it is there.
///
/// ```swift
/// api.provide(store)
/// api.get("/recipes/{id}", Injected(Store.self), Path("id", Int.self)) { store, id in try store.find(id) }
/// ```
public struct Injected<Value: Sendable>: Parameter {
    /// - Parameter type: the type that the value was provided as.
    public init(_ type: Value.Type = Value.self) {}

    /// Not shown in the document.
    public var declaration: ParameterDeclaration { ParameterDeclaration(provided: Value.self) }

    /// The value. One that middleware has set in the context under the same type takes precedence.
    public func read(from context: Context, issues: inout [Issue]) throws -> Value? { try context.get(Value.self) }
}

extension RequestIdentity {
    /// The logger, with what the request is known by.
    func logger(_ logger: Logger) -> Logger {
        var logger = logger
        logger[metadataKey: "request"] = "\(id)"
        if let trace = given?.trace { logger[metadataKey: "trace"] = "\(trace.traceID)" }
        return logger
    }
}
