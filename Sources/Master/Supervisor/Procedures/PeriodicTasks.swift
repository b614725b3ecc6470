/// Periodic work. Each task has the time of its next turn, or none while there is no reason for it.
struct PeriodicTasks: Equatable, Codable {
    /// How often workers' memory is measured.
    private static let memoryInterval = Duration.seconds(10)
    /// How often the service manager is asked for more time, and for how much.
    private static let extensionInterval = Duration.seconds(10)
    private static let extensionLength = Duration.seconds(30)

    /// The service manager expects a sign of life this often; nil is never.
    private let watchdog: Duration?
    private var aliveDue: Duration?
    private var extensionDue: Duration?
    private var memoryDue: Duration?

    init(watchdog: Duration?) {
        self.watchdog = watchdog
    }

    var deadline: Duration? { [aliveDue, extensionDue, memoryDue].compactMap(\.self).min() }

    mutating func announceAlive(_ now: Duration) -> [Effect] {
        guard let watchdog else { return [] }
        aliveDue = now + watchdog / 2
        return [.announce(.alive)]
    }

    mutating func extendTimeout(_ now: Duration) -> [Effect] {
        extensionDue = now + Self.extensionInterval
        return [.announce(.extend(Self.extensionLength))]
    }

    mutating func schedule(extendsTimeout: Bool, measuresMemory: Bool, _ now: Duration) {
        extensionDue = extendsTimeout ? extensionDue ?? now + Self.extensionInterval : nil
        memoryDue = measuresMemory ? memoryDue ?? now + Self.memoryInterval : nil
    }

    mutating func expire(_ now: Duration) -> [Effect] {
        var effects: [Effect] = []
        if let due = aliveDue, due <= now { effects += announceAlive(now) }
        if let due = extensionDue, due <= now { effects += extendTimeout(now) }
        if let due = memoryDue, due <= now {
            memoryDue = now + Self.memoryInterval
            effects.append(.measureMemory)
        }
        return effects
    }

    /// One turn makes up for all that were missed.
    mutating func postpone(to now: Duration) {
        aliveDue = aliveDue.map { max($0, now) }
        extensionDue = extensionDue.map { max($0, now) }
        memoryDue = memoryDue.map { max($0, now) }
    }
}
