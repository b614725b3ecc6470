/// Whether a worker accepts the next connection or leaves it to a worker that has fewer. A value; times in nanoseconds.
struct AcceptPolicy {
    /// Between two looks at the listener, while a connection waits there for another worker.
    static let pause: UInt64 = 200_000
    /// A connection that no worker has accepted for so long is accepted here, so that a stuck worker starves nobody. A loop
    /// that has not taken over a connection for so long gets no other.
    static let maxWait: UInt64 = 5_000_000
    /// A loop that has made no pass for so long is stuck: an idle loop makes one per second.
    static let maxPass: UInt64 = 2_000_000_000
    /// Connections that may wait for this worker's loop.
    static let maxHandedOver = 8

    enum Step: Equatable {
        /// Block until there is a connection, and accept it.
        case accept
        /// Block until there is a connection, and leave it there.
        case watch
        /// Sleep that long.
        case sleep(UInt64)
        /// Wait that long for the loop to take over what it was handed.
        case waitForLoop(UInt64)
        /// The same without a limit, and tell the other workers that this one is stuck.
        case waitForStuckLoop
    }

    private var waitsSince: UInt64?
    private var handedOver = 0
    private var adopted = 0
    /// Since when the loop has taken over nothing of what it was handed.
    private var handedOverSince: UInt64 = 0
    /// When this worker last waited in vain for another one.
    private var lastFutileWait: UInt64 = 0

    /// Workers whose loops made their last pass before this are not waited for. A worker that was waited for in vain has to
    /// make a pass first: else each further connection would wait for it too.
    func earliestTick(at now: UInt64) -> UInt64 {
        max(lastFutileWait, now > Self.maxPass ? now - Self.maxPass : 0)
    }

    /// A connection was accepted and handed to the loop.
    mutating func connectionHandedOver(at now: UInt64) {
        if handedOver == adopted { handedOverSince = now }
        handedOver += 1
    }

    /// Whether the loop has something to take over, as of the last `next`.
    var waitsForLoop: Bool { handedOver > adopted }

    /// - Parameters:
    ///   - own: this worker's connections.
    ///   - fewest: of any worker that accepts; nil when none does.
    ///   - isWaiting: whether a connection waits on the listener, as the last `watch` or look has shown.
    ///   - adopted: how many connections of this thread the loop has taken over, ever.
    ///   - tick: when the loop made its last pass.
    mutating func next(
        own: Int, fewest: Int?, isWaiting: Bool, adopted: Int, tick: UInt64, at now: UInt64
    ) -> Step {
        if let step = waitForLoop(isWaiting: isWaiting, adopted: adopted, tick: tick, at: now) {
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
        guard now - since < Self.maxWait else {
            waitsSince = nil
            lastFutileWait = now
            return .accept
        }
        waitsSince = since
        return .sleep(Self.pause)
    }

    /// What a stuck loop was handed is lost until the worker is killed, and a thread that blocks in accept takes a connection
    /// whatever its loop does. So the thread accepts only when the loop has taken over all that it was handed; or, in a
    /// burst, when connections wait and the loop is seen to run.
    private mutating func waitForLoop(isWaiting: Bool, adopted: Int, tick: UInt64, at now: UInt64) -> Step? {
        if adopted != self.adopted {
            self.adopted = adopted
            handedOverSince = now
        }
        guard waitsForLoop else { return nil }
        let waited = now > handedOverSince ? now - handedOverSince : 0
        guard waited < Self.maxWait else { return .waitForStuckLoop }
        let isLoopRunning = tick + Self.maxWait > now
        return isWaiting && isLoopRunning && handedOver - adopted < Self.maxHandedOver
            ? nil : .waitForLoop(Self.maxWait - waited)
    }
}
