/// Calls a function on the loop again and again, so long after the last time.
@LoopActor final class RepeatingTimer: EventSource {
    /// Nanoseconds.
    private let interval: UInt64
    private let body: @LoopActor (_ now: UInt64) -> Void
    private var token: EventLoop.Token?

    /// - Parameters:
    ///   - interval: nanoseconds.
    ///   - body: gets the time of the loop's pass: CLOCK_MONOTONIC, nanoseconds.
    init(every interval: UInt64, _ body: @escaping @LoopActor (_ now: UInt64) -> Void) {
        self.interval = interval
        self.body = body
    }

    /// From now on, for as long as the loop runs, which keeps the timer.
    func start() {
        token = EventLoop.shared.add(self)
        schedule()
    }

    func ready(_ events: UInt32) {}

    func timeCame() {
        body(EventLoop.shared.moment.nanoseconds)
        schedule()
    }

    private func schedule() {
        guard let token else { return }
        EventLoop.shared.schedule(token, at: EventLoop.shared.moment.nanoseconds + interval)
    }
}
