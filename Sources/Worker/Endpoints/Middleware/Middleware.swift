public import Messages

/// Something that stands around endpoints and sees each request and its answer: of an API (`API.use`), of a router
/// (`Router.use`), or of one endpoint (`use:`).
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
/// An API's middleware sees every answer: of unknown paths and methods that are not allowed, of unexpected errors (a 500,
/// whose error is `Context.failure`), and what the server answers itself once the head of a request is known, such as a
/// content that is too large. (It has no content then, and the middleware may have seen the request before. An answer that
/// the server cannot wait with, of a request that is late or of a stop, only inline middleware is asked about.) What is no
/// HTTP is not seen.
///
/// What it throws is answered like what a handler throws. It runs on the loop, which it must not block:
/// `Context.blocking`. One that does not await is an `InlineMiddleware`, which costs less.
public protocol Middleware: Sendable {
    /// - Parameter next: lets the request be answered. It may be given another request, by `Context.with`, and need not be
    ///   called. It may be called again, after it has returned: dependencies are made anew then. What is thrown within is
    ///   an answer already.
    func handle(_ context: Context, next: Next) async throws -> Response
}

/// What a middleware stands before: further middleware, and the endpoint.
public struct Next: Sendable {
    let run: @Sendable (Context) async -> Response

    /// Lets the request be answered.
    public func callAsFunction(_ context: Context) async throws -> Response { await run(context) }
}

/// Middleware that does not await: it looks at a request before it is handled, and at its answer, and costs no task.
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
    /// - Returns: an answer, for a request that shall not be handled; nil for all others.
    func before(_ context: Context) throws -> Response?

    /// Called with each answer but the middleware's own, on the thread that has made it.
    func after(_ response: inout Response, _ context: Context)
}

extension InlineMiddleware {
    /// Nil.
    public func before(_ context: Context) throws -> Response? { nil }

    /// As it is.
    public func after(_ response: inout Response, _ context: Context) {}

    /// Both, for middleware that stands among such that awaits.
    public func handle(_ context: Context, next: Next) async throws -> Response {
        if let response = try before(context) { return response }
        var response = try await next(context)
        after(&response, context)
        return response
    }
}

extension Response {
    /// With further fields.
    public func adding(_ fields: Field...) -> Response {
        var copy = self
        copy.fields += fields
        return copy
    }
}
