/// Whether a worker takes the next connection or leaves it to one that has fewer. A value; times in nanoseconds.
struct AcceptTurn {
    /// Before the listener is looked at again, while a connection waits there for somebody else.
    static let nap: UInt64 = 200_000
    /// A connection that nobody has taken for so long is taken all the same, so that a stuck worker starves nobody.
    static let patience: UInt64 = 5_000_000

    enum Step: Equatable {
        /// Block until there is a connection, and take it.
        case accept
        /// Block until there is a connection, and leave it there.
        case watch
        /// Sleep that long.
        case nap(UInt64)
    }

    private var waitsSince: UInt64?

    /// - Parameters:
    ///   - own: this worker's connections.
    ///   - fewest: of any worker that accepts; nil when none does.
    ///   - isWaiting: whether a connection waits on the listener, as the last `watch` or look has shown.
    mutating func next(own: Int, fewest: Int?, isWaiting: Bool, at now: UInt64) -> Step {
        guard let fewest, own > fewest else {
            waitsSince = nil
            return .accept
        }
        guard isWaiting else {
            waitsSince = nil
            return .watch
        }
        let since = waitsSince ?? now
        guard now - since < Self.patience else {
            waitsSince = nil
            return .accept
        }
        waitsSince = since
        return .nap(Self.nap)
    }
}
