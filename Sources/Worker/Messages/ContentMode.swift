/// How an application takes the content of a request.
public enum ContentMode: Hashable, Sendable {
    /// It is asked for its answer when all of it is there: `Request.body`.
    case whole
    /// It is asked for its answer when the head is there, and reads `Request.stream`.
    /// - Parameter limit: of bytes; nil for the server's own (`--max-body`).
    case stream(limit: Int? = nil)
}
