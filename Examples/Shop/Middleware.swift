// Middleware around the endpoints.
import Brigade
import Glibc

/// Adds the request's id to each response, and logs slow requests.
struct RequestID: Middleware {
    func handle(_ context: Context, next: Next) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(context)
        let duration = start.duration(to: .now)
        if duration > .seconds(1) {
            context.logger.warning(
                "slow", metadata: ["route": "\(context.route?.path ?? "none")", "duration": "\(duration)"])
        }
        return response.adding(Field("x-request-id", context.id))
    }
}

/// Rejects orders while a file named `maintenance` exists.
struct Maintenance: InlineMiddleware {
    func before(_ context: Context) throws -> Response? {
        guard context.request.method == .post, context.route?.name == "order", access("maintenance", F_OK) == 0 else {
            return nil
        }
        throw HTTPError(.serviceUnavailable, "The shop is closed for a moment", fields: [Field("retry-after", "60")])
    }
}

/// Forbids caches to store the responses.
struct NoStore: InlineMiddleware {
    func after(_ response: inout Response, _ context: Context) {
        response.fields.append(Field("cache-control", "no-store"))
    }
}
