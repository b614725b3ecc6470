public import Messages

/// Something that stands around all endpoints and sees each request and its answer: also those of unknown paths, of methods
/// that are not allowed, and of requests that are refused.
///
/// ```swift
/// struct Stamp: Middleware {
///     func answer(_ request: Request, next: (Request) throws -> Answer) throws -> Answer {
///         try next(request).map { $0.adding(Field("x-kitchen", "1")) }
///     }
/// }
/// ```
/// It does not see what the server answers itself: an error that nobody expected, and what is no HTTP.
public protocol Middleware: Sendable {
    /// Called on the loop, which nothing may block.
    /// - Parameter next: lets the request be answered. It may be given another request, and need not be called.
    func answer(_ request: Request, next: (Request) throws -> Answer) throws -> Answer
}

/// An application with one middleware around it.
struct WrappedApplication: Application {
    let inner: any Application
    let middleware: any Middleware

    func answer(_ request: Request) throws -> Answer {
        try middleware.answer(request) { try inner.answer($0) }
    }

    func content(of head: RequestHead) -> ContentMode { inner.content(of: head) }

    func passEnded() { inner.passEnded() }

    func stop() async { await inner.stop() }
}

extension Answer {
    /// The answer with another response, wherever it is made.
    public func map(_ transform: @escaping @Sendable (Response) throws -> Response) rethrows -> Answer {
        switch self {
        case .now(let response): .now(try transform(response))
        case .later(let respond): .later { try transform(try await respond()) }
        case .blocking(let respond): .blocking { try transform(try respond()) }
        }
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
