/// Whether a worker takes the next connection or leaves it to one that has fewer. A value; times in nanoseconds.
struct AcceptTurn {
    /// Before the listener is looked at again, while a connection waits there for somebody else.
    static let nap: UInt64 = 200_000
    /// A connection that nobody has taken for so long is taken all the same, so that a stuck worker starves nobody. And a
    /// loop that has not taken over a connection for so long is given no other.
    static let patience: UInt64 = 5_000_000
    /// A loop that has made no pass for so long is stuck: an idle one makes one each second.
    static let longestPass: UInt64 = 2_000_000_000
    /// Connections that may wait for this worker's loop.
    static let mostHanded = 8

    enum Step: Equatable {
        /// Block until there is a connection, and take it.
        case accept
        /// Block until there is a connection, and leave it there.
        case watch
        /// Sleep that long.
        case nap(UInt64)
        /// Wait that long for the loop to take over what it was handed.
        case waitForLoop(UInt64)
        /// Wait until the loop does, and tell the other workers meanwhile.
        case stall
    }

    private var waitsSince: UInt64?
    private var handed = 0
    private var adopted = 0
    /// Since when the loop has taken over nothing of what it was handed.
    private var handedSince: UInt64 = 0
    /// When this worker last waited in vain for another one.
    private var disappointed: UInt64 = 0

    /// A worker whose loop made its last pass before this is not waited for. One that was waited for in vain has to make a
    /// pass first: otherwise each further connection would wait for it too.
    func earliestTick(at now: UInt64) -> UInt64 {
        max(disappointed, now > Self.longestPass ? now - Self.longestPass : 0)
    }

    /// A connection was accepted and handed to the loop.
    mutating func handOver(at now: UInt64) {
        if handed == adopted { handedSince = now }
        handed += 1
    }

    /// Whether the loop has something to take over, by the last `next`.
    var waitsForLoop: Bool { handed > adopted }

    /// - Parameters:
    ///   - own: this worker's connections.
    ///   - fewest: of any worker that accepts; nil when none does.
    ///   - isWaiting: whether a connection waits on the listener, as the last `watch` or look has shown.
    ///   - adopted: how many connections of this thread the loop has taken over, ever.
    ///   - tick: when the loop made its last pass.
    mutating func next(
        own: Int, fewest: Int?, isWaiting: Bool, adopted: Int, tick: UInt64, at now: UInt64
    ) -> Step {
        if let step = wait(isWaiting: isWaiting, adopted: adopted, tick: tick, at: now) {
            waitsSince = nil
            return step
        }
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
            disappointed = now
            return .accept
        }
        waitsSince = since
        return .nap(Self.nap)
    }

    /// What a stuck loop was handed is lost until the worker is killed, and a thread that blocks in accept takes a
    /// connection whatever its loop does. So it goes there only when the loop has taken over all that it was handed; or,
    /// in a burst, when connections wait and the loop is seen to run.
    private mutating func wait(isWaiting: Bool, adopted: Int, tick: UInt64, at now: UInt64) -> Step? {
        if adopted != self.adopted {
            self.adopted = adopted
            handedSince = now
        }
        guard waitsForLoop else { return nil }
        let waited = now > handedSince ? now - handedSince : 0
        guard waited < Self.patience else { return .stall }
        let runs = tick + Self.patience > now
        return isWaiting && runs && handed - adopted < Self.mostHanded ? nil : .waitForLoop(Self.patience - waited)
    }
}
