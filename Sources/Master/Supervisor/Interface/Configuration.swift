/// What the supervisor is told at its start, and anew with each generation.
package struct Configuration: Equatable, Sendable {
    /// How many workers there shall be.
    package var workers: Int
    /// Whether each generation's prestart runs before its first worker.
    package var prestart: Bool
    /// How long a prestart may take; nil is for ever.
    package var prestartTimeout: Duration?
    /// How long a draining worker may take.
    package var gracefulTimeout: Duration
    /// How long a worker's loop may give no sign of life, or its blocking pool be overdue, at least 2 s; nil is for ever.
    package var workerTimeout: Duration?
    /// How long a worker may take to become ready.
    package var bootTimeout: Duration
    /// How long the server goes on serving, and says that it is not ready, before it stops.
    package var shutdownDelay: Duration
    /// How many workers a reload may have above the number that is wanted. This or `unavailable` is at least 1.
    package var surge: Int
    /// How many ready workers a reload may take away below the number that is wanted.
    package var unavailable: Int
    /// How many bytes a worker may use before it is replaced; nil is any number.
    package var maxWorkerMemory: Int?
    /// Within what time the host wants to hear that the master lives; nil is never. The first generation's counts.
    package var watchdog: Duration?
    /// How many workers, leaving ones counted, can live at once. The first generation's counts.
    package var slots: Int

    package init(
        workers: Int, prestart: Bool = true, prestartTimeout: Duration? = defaultPrestartTimeout,
        gracefulTimeout: Duration = .seconds(30),
        workerTimeout: Duration? = .seconds(30), bootTimeout: Duration = .seconds(60), shutdownDelay: Duration = .zero,
        surge: Int = 1, unavailable: Int = 0, maxWorkerMemory: Int? = nil, watchdog: Duration? = nil, slots: Int = 511
    ) {
        self.workers = workers
        self.prestart = prestart
        self.prestartTimeout = prestartTimeout
        self.gracefulTimeout = gracefulTimeout
        self.workerTimeout = workerTimeout
        self.bootTimeout = bootTimeout
        self.shutdownDelay = shutdownDelay
        self.surge = surge
        self.unavailable = unavailable
        self.maxWorkerMemory = maxWorkerMemory
        self.watchdog = watchdog
        self.slots = slots
    }

    /// Also of a state that a build has written which knew no limit.
    package static let defaultPrestartTimeout = Duration.seconds(600)
    /// What a worker that was told to stop, or to abort, is given before KILL.
    static let lastRespite = Duration.seconds(2)
    /// An idle loop ticks once a second: a shorter silence proves nothing.
    static let leastWorkerTimeout = Duration.seconds(2)
    /// How many workers may fail, all together, before the first one was ever ready.
    static let mostFailuresAtStart = 10
    /// How often the workers' memory is measured.
    static let memoryInterval = Duration.seconds(10)
    /// How often the host is asked for more time.
    static let extensionInterval = Duration.seconds(10)
    /// For how much time it is asked.
    static let extensionLength = Duration.seconds(30)
    /// A wait that ends later than this after its time was no wait of a running machine.
    static let slack = Duration.seconds(1)
}
