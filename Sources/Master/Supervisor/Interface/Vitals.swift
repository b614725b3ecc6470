/// What a worker shows of itself on the scoreboard.
package struct Vitals: Equatable, Sendable {
    /// When its loop last began a pass.
    package var tick: Duration
    /// Since when its blocking pool has had a job waiting and has finished none; nil when none waits.
    package var poolWaitsSince: Duration?

    package init(tick: Duration, poolWaitsSince: Duration? = nil) {
        self.tick = tick
        self.poolWaitsSince = poolWaitsSince
    }
}
