/// What the supervisor is told once, at its start.
package struct Configuration: Equatable, Sendable {
    /// How many workers there shall be.
    package var workers: Int
    /// Whether each generation's prestart runs before its first worker.
    package var prestart: Bool
    /// How long a draining worker may take.
    package var gracefulTimeout: Duration
    /// How long a worker may take to become ready.
    package var bootTimeout: Duration
    /// How many workers, leaving ones counted, can live at once.
    package var slots: Int

    package init(workers: Int, prestart: Bool, gracefulTimeout: Duration, bootTimeout: Duration, slots: Int) {
        self.workers = workers
        self.prestart = prestart
        self.gracefulTimeout = gracefulTimeout
        self.bootTimeout = bootTimeout
        self.slots = slots
    }

    /// How many workers there can be: half of the slots, because the other half may be leaving.
    var mostWorkers: Int { max(1, (slots + 1) / 2) }

    /// What a worker that was told to stop, or to abort, is given before KILL.
    static let lastRespite = Duration.seconds(2)
    /// How many workers may fail, all together, before the first one was ever ready.
    static let mostFailuresAtStart = 10
    /// How many workers a reload may have above the number that is wanted.
    static let surge = 1
}
