import Contract
import Supervisor

/// What all workers together have counted, those that have exited too: no total ever falls.
///
/// Each reading of a worker is kept until the next, and no number of it becomes less. When the worker exits, its last
/// reading is added to those of the others that have gone.
struct MetricTotals: Equatable, Codable {
    var registry = SeriesRegistry()
    /// Of workers that have exited.
    private var gone = WorkerCounters()
    /// The last readings of those that are alive.
    private var alive: [Worker.ID: WorkerCounters] = [:]
    /// Of workers that have exited, by slot.
    private var processorTimes: [Int: Duration] = [:]

    /// Of all.
    var counters: WorkerCounters { alive.values.reduce(into: gone) { $0.add($1) } }

    /// The processor time of all workers that a slot has had, by slot.
    /// - Parameter running: of those that are alive.
    func processorTimes(running: [Int: Duration]) -> [Int: Duration] {
        processorTimes.merging(running) { $0 + $1 }
    }

    mutating func read(_ counters: WorkerCounters, of id: Worker.ID) {
        alive[id, default: WorkerCounters()].raise(to: counters)
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
    var isWellFormed: Bool { gone.isWellFormed(registry) && alive.values.allSatisfy { $0.isWellFormed(registry) } }
}
