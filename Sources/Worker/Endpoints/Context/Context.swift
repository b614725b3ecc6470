public import Logging
public import Messages

/// A request on its way, and what its handler, its dependencies and middleware share for as long as it lasts.
///
/// A handler asks for it with `RequestContext()`; middleware and custom parameters are given it.
public struct Context: Sendable {
    /// The request as it came, or as middleware has passed it on.
    public let request: Request
    /// nil where no route fits.
    let match: MatchedPath?
    /// nil while nobody can ask for what it holds: most requests need none of it.
    let state: RequestState?

    init(request: Request, match: MatchedPath?, state: RequestState?) {
        self.request = request
        self.match = match
        self.state = state
    }

    // Who is given a context without state asks for parameters only.
    private var shared: RequestState {
        guard let state else {
            preconditionFailure("a parameter that is declared as plain asks for more than its place")
        }
        return state
    }

    var runtime: APIRuntime { shared.runtime }

    func begin(_ scope: DependencyScope) { shared.begin(scope) }

    /// The same context of another request, for middleware that passes one on. The route stays.
    public func with(_ request: Request) -> Context { Context(request: request, match: match, state: state) }

    // MARK: Who and where

    /// Tells this request from all others in logs and answers: the `x-request-id` of a proxy on this machine, which is
    /// trusted, else 16 random hexadecimal digits.
    public var id: String { shared.id(of: request) }

    /// The application's logger, with the metadata `request`: the id.
    public var log: Logger {
        var log = shared.runtime.log
        log[metadataKey: "request"] = "\(id)"
        return log
    }

    /// The route that fits the request; nil where none does, which only middleware of an API sees.
    public var route: MatchedRoute? { shared.route?.description }

    /// The address of the client, or of the proxy that no trusted proxy stands behind; empty for a unix socket.
    public var peer: String { request.connection.peer }

    /// The time that is left until the client hears that its request took too long (`--request-timeout`), never below
    /// zero; nil where there is no limit.
    public var remainingTime: Duration? {
        request.connection.deadline.map { deadline in
            let now = MonotonicTime.nanoseconds
            return .nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0)
        }
    }

    // MARK: Values

    /// A value that middleware or a dependency has put here, by its type; or else one that the application provides.
    public subscript<Value: Sendable>(_ type: Value.Type) -> Value? {
        get { shared.value(type) }
        nonmutating set { shared.set(type, newValue) }
    }

    /// The same, where it must be there.
    /// - Throws: `MissingValue`, which is a 500 and says in the log what to do.
    public func get<Value: Sendable>(_ type: Value.Type = Value.self) throws(MissingValue) -> Value {
        guard let value = self[type] else { throw MissingValue(type: "\(type)") }
        return value
    }

    /// What the handler, a dependency or middleware has thrown, once it has been made into the answer. For middleware that
    /// reports errors; nil for an answer that is no error's.
    public var failure: (any Error)? { shared.failure }

    // MARK: Work

    /// Runs what blocks on a thread of the blocking pool, for an async handler.
    ///
    /// The endpoint's share of the threads bounds it, as it bounds handlers that are not async.
    /// - Throws: what the work throws; `HTTPError` 503 when too much waits for the threads already.
    public func blocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await blocking(of: shared.route?.blocking ?? .unnamed, work)
    }

    @usableFromInline
    func blocking<Result: Sendable>(
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
                        .serviceUnavailable, "Too much work waits already; ask again later",
                        fields: [Field("retry-after", "1")]))
            }
        }
    }

    /// Work that is done once the answer has been sent, or its client is gone: an e-mail, a count. It starts on the loop,
    /// one job after another; a worker that drains waits for it. What it throws is logged.
    public func afterResponse(_ job: @escaping @Sendable () async throws -> Void) {
        shared.add(job)
    }

    // MARK: Leaving

    /// Whether this worker is about to end: a reload, a scale-down, a stop. It answers what it has, and a stream that never
    /// ends by itself should end.
    public var isDraining: Bool { shared.runtime.isDraining }

    /// Returns when this worker is about to end, or the task is cancelled.
    public func untilDraining() async {
        await shared.runtime.untilDraining()
    }
}

/// The route that a request was found to fit.
public struct MatchedRoute: Hashable, Sendable {
    /// Of the operation.
    public let method: Method
    /// The path as declared, with `{name}` for its parameters: what a metric is counted by.
    public let path: String
    /// The operation's name.
    public let name: String
}

/// A value that nobody has provided or put into the context.
public struct MissingValue: Error, Hashable, CustomStringConvertible {
    let type: String

    /// What is missing, and what to do.
    public var description: String {
        "the context has no \(type): api.provide(...) gives one to all requests, context[\(type).self] = ... to this one"
    }
}

// What parameters are read from.
extension Context {
    /// The decoded text of a segment of the path: `pathParameter("id")` of `/tasks/{id}`.
    public func pathParameter(_ name: String) -> String? { pathBytes(name).map { String(decoding: $0, as: UTF8.self) } }

    @usableFromInline func pathBytes(_ name: String) -> ArraySlice<UInt8>? { match?.bytes(of: name) }

    /// The decoded value of the last query parameter of that name.
    public func queryParameter(_ name: String) -> String? {
        request.query.flatMap { QueryString($0).lastValue(of: name) }
    }

    /// The decoded values of all query parameters of that name, in order.
    public func queryParameters(_ name: String) -> [String] {
        request.query.map { QueryString($0).values(of: name) } ?? []
    }

    /// The value of the first field of that name.
    /// - Parameter name: in lower case.
    public func header(_ name: String) -> String? {
        request.head.fields.first { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }

    /// The values of all fields of that name, in order.
    /// - Parameter name: in lower case.
    public func headers(_ name: String) -> [String] {
        request.head.fields.filter { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }
}

extension RequestHead {
    fileprivate func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// A path and the template that it was found to fit.
struct MatchedPath: Sendable {
    /// Decoded.
    let bytes: ArraySlice<UInt8>
    let place: RouteTable.Place

    /// The value of a parameter. It is looked for when it is asked for, so that nothing is kept of it.
    func bytes(of name: String) -> ArraySlice<UInt8>? {
        guard let range = place.template.range(of: name, in: bytes.span) else { return nil }
        return bytes[(bytes.startIndex + range.lowerBound)..<(bytes.startIndex + range.upperBound)]
    }
}
