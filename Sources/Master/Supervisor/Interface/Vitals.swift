/// What a worker shows of itself on the scoreboard.
package struct Vitals: Equatable, Sendable {
    /// When its loop last began a pass.
    package var tick: Duration
    /// Since when work waits for its blocking threads, all of which are past their requests' deadlines: it may be yet to
    /// come; nil while there is no such work. A pool that is only busy is not stuck.
    package var poolOverdueSince: Duration?

    package init(tick: Duration, poolOverdueSince: Duration? = nil) {
        self.tick = tick
        self.poolOverdueSince = poolOverdueSince
    }
}
