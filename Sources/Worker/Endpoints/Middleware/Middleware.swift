public import Messages

/// Code around endpoints that sees each request and its response: of an API (`API.use`), of a router (`Router.use`), or of one
/// endpoint (`middleware:`).
///
/// ```swift
/// struct Allowance: Middleware {
///     func handle(_ context: Context, next: Next) async throws -> Response {
///         let allowance = try await context.get(Store.self).allowance(of: context.get(User.self))
///         guard allowance > 0 else { throw HTTPError(.tooManyRequests) }
///         return try await next(context).adding(Field("x-request-id", context.id))
///     }
/// }
/// ```
/// The middleware of an API sees every response: to unknown paths and methods, to unexpected errors (a 500; the error is
/// `Context.failure`), and those that the server makes itself once the head of a request is known, such as for content that is
/// too large. In that last case the request has no content, and the middleware may have seen it before; if the server cannot
/// wait, because the request is past its deadline or the server stops, only inline middleware is called. Bytes that are not
/// HTTP never reach middleware.
///
/// Errors that it throws are answered like those of a handler. It runs on the loop and must not block: use
/// `Context.runBlocking`. If yours does not await, make it an `InlineMiddleware`, which costs less.
public protocol Middleware: Sendable {
    /// - Parameter next: answers the request. You may pass another request (`Context.with`), not call it at all, or call it
    ///   again after it has returned; dependencies are made again then. Errors of the handler have become responses.
    func handle(_ context: Context, next: Next) async throws -> Response
}

/// The rest of the chain: further middleware, and the endpoint.
public struct Next: Sendable {
    let run: @Sendable (Context) async -> Response

    /// Answers the request.
    public func callAsFunction(_ context: Context) async throws -> Response { await run(context) }
}

/// Middleware that does not await. It sees a request before its handler, and the response after it, and costs no task.
///
/// ```swift
/// struct NoStore: InlineMiddleware {
///     func after(_ response: inout Response, _ context: Context) {
///         response.fields.append(Field("cache-control", "no-store"))
///     }
/// }
/// ```
public protocol InlineMiddleware: Middleware {
    /// Called on the loop, before the request is handled.
    /// - Returns: a response, if the request must not be handled; else nil.
    func before(_ context: Context) throws -> Response?

    /// Called with each response except one that `before` has returned, on the thread that has made it.
    func after(_ response: inout Response, _ context: Context)
}

extension InlineMiddleware {
    /// Nil.
    public func before(_ context: Context) throws -> Response? { nil }

    /// Does nothing.
    public func after(_ response: inout Response, _ context: Context) {}

    /// Calls both, if other middleware of the chain awaits.
    public func handle(_ context: Context, next: Next) async throws -> Response {
        if let response = try before(context) { return response }
        var response = try await next(context)
        after(&response, context)
        return response
    }
}

extension Response {
    /// Adds fields; earlier fields with the same names stay.
    public func adding(_ fields: Field...) -> Response {
        var copy = self
        copy.fields += fields
        return copy
    }
}
