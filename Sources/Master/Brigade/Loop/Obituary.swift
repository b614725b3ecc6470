import Contract

/// What the scoreboard still shows of a worker that is gone, taken before its slot is given away.
struct Obituary {
    /// Answered, ever.
    let requests: UInt64
    let inFlight: [InFlightRequest]
    /// In flight too, but there was no room for what they were.
    let unrecorded: Int
    let latency: LatencyHistogram
    /// How many processes of the control group the kernel has killed for want of memory since the last worker ended.
    let oomKills: Int

    init(_ slot: Scoreboard.Slot, oomKills: Int) {
        requests = slot.requests
        inFlight = slot.inFlight
        unrecorded = slot.unrecorded
        latency = slot.latency
        self.oomKills = oomKills
    }
}

/// What workers that are gone have done: totals never go back.
struct Totals: Equatable {
    var requests: UInt64 = 0
    var latency = LatencyHistogram()
    /// Workers that ended and were not told to.
    var lost = 0

    mutating func add(_ obituary: Obituary) {
        // Any worker can write anything there.
        requests &+= obituary.requests
        latency += obituary.latency
    }
}
