import Contract
import Supervisor

/// What all workers together have counted, those that have exited too: no total ever falls.
///
/// Each reading of a worker is kept until the next, and no number of it becomes less. When the worker exits, its last
/// reading is added to those of the others that have gone.
struct MetricTotals: Equatable, Codable {
    /// Of workers that have exited; and a zero for each series that any worker has.
    private var gone = WorkerCounters()
    /// The last readings of those that are alive.
    private var alive: [Worker.ID: WorkerCounters] = [:]
    /// Of workers that have exited, by slot.
    private var processorTimes: [Int: Duration] = [:]

    /// Of all, in the order of their start, which keeps the place of each series.
    var counters: WorkerCounters {
        alive.sorted { $0.key.serial < $1.key.serial }.reduce(into: gone) { $0.add($1.value) }
    }

    /// The processor time of all workers that a slot has had, by slot.
    /// - Parameter running: of those that are alive.
    func processorTimes(running: [Int: Duration]) -> [Int: Duration] {
        processorTimes.merging(running) { $0 + $1 }
    }

    mutating func read(_ counters: WorkerCounters, of id: Worker.ID) {
        alive[id, default: WorkerCounters()].raise(to: counters)
        gone.admit(counters)
    }

    /// - Parameters:
    ///   - last: what it has left behind.
    ///   - processorTime: that it has used.
    mutating func exited(_ id: Worker.ID, _ last: WorkerCounters, processorTime: Duration) {
        read(last, of: id)
        gone.add(alive.removeValue(forKey: id) ?? WorkerCounters())
        processorTimes[id.slot, default: .zero] += processorTime
    }

    /// Of a snapshot.
    var isWellFormed: Bool { gone.isWellFormed && alive.values.allSatisfy(\.isWellFormed) }
}
