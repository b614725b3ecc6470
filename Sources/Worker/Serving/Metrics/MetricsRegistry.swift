internal import Contract
internal import Linux
import Logging
import Synchronization

/// The series of this worker's metrics block. A series that is asked for twice is the same one. May be used on any thread.
final class MetricsRegistry: Sendable {
    private struct State: ~Copyable {
        var writer: MetricsBlock.Writer
        var known: [MetricSeries.Identity: MetricsBlock.Words] = [:]
        var isFull = false
    }

    private let state: Mutex<State>
    private let log: Logger

    /// - Parameter block: has no series.
    init(_ block: MetricsBlock, log: Logger) {
        self.log = log
        state = Mutex(State(writer: MetricsBlock.Writer(block)))
    }

    /// - Returns: nil if there is no room for another series, which the log says once.
    func words(of identity: MetricSeries.Identity) -> MetricsBlock.Words? {
        let (words, isNews) = state.withLock { state -> (MetricsBlock.Words?, Bool) in
            if let words = state.known[identity] { return (words, false) }
            guard let words = state.writer.append(identity) else {
                defer { state.isFull = true }
                return (nil, !state.isFull)
            }
            state.known[identity] = words
            return (words, false)
        }
        if isNews {
            log.warning(
                "there is no room for more metrics; use fewer names and values of dimensions",
                metadata: ["first": "\(identity.name)"])
        }
        return words
    }
}
