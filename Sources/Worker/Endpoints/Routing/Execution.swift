/// Where a handler runs that is not async.
public struct Execution: Hashable, Sendable {
    private let isInline: Bool
    /// How many threads of the pool it may hold at once; nil is the usual share.
    @usableFromInline let threads: Int?

    /// On a thread of the blocking pool, three quarters of which it may hold at once: if it stalls, it leaves threads for
    /// the other endpoints. What nothing else is said of runs so, because it may block.
    public static let blocking = Execution(isInline: false, threads: nil)

    /// On the loop, for a handler that never waits: no way to a thread and back. While it runs, no other request of the
    /// worker goes on. One that finds that it would have to wait throws `WouldBlock`.
    public static let inline = Execution(isInline: true, threads: nil)

    /// On the pool, for an endpoint that needs fewer threads, or must have more.
    /// - Parameter threads: which it may hold at once; of more than there are (`--blocking-threads`), all.
    public static func blocking(threads: Int) -> Execution {
        precondition(threads > 0, "an endpoint that blocks needs a thread")
        return Execution(isInline: false, threads: threads)
    }
}

/// What a parameter needs before its value is there. In order: what is more stands later.
@usableFromInline
enum ParameterNeed: Int, Comparable, Sendable {
    /// It is read from the request.
    case inline
    /// It is made by a function that may block.
    case blocking
    /// It must be awaited.
    case awaiting

    @usableFromInline
    static func < (one: ParameterNeed, other: ParameterNeed) -> Bool { one.rawValue < other.rawValue }
}
