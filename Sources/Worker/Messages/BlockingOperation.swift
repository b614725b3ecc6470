/// One kind of work that blocks: what the threads of the blocking pool are shared among. When one kind stalls, as calls of
/// an upstream or writes behind a lock do, it keeps the threads that it may hold, and the others go on by the rest.
public final class BlockingOperation: Sendable {
    /// For the log.
    public let name: String
    /// How many threads of the pool it may hold at once; nil is three quarters of them. One is always allowed.
    public let threads: Int?

    /// Make one for each kind of work, and use it for all of that kind: it is told from others by its identity.
    public init(_ name: String, threads: Int? = nil) {
        self.name = name
        self.threads = threads
    }

    /// Work that nobody has named: it may hold every thread.
    public static let unnamed = BlockingOperation("unnamed", threads: .max)
}
