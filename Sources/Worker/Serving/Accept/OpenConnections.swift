internal import Contract
internal import Linux
import Synchronization

/// How many connections of this worker are open, counted by itself. The scoreboard is told, for the others, and not asked:
/// every worker can write there, and a number that is not so would keep this one from accepting for ever.
final class OpenConnections: Sendable {
    private let slot: Scoreboard.Slot
    private let total = Atomic(0)

    init(_ slot: Scoreboard.Slot) {
        self.slot = slot
    }

    var count: Int { total.load(ordering: .sequentiallyConsistent) }

    /// By the accept thread, as soon as it has a connection.
    func opened() {
        total.add(1, ordering: .sequentiallyConsistent)
        slot.connectionOpened()
    }

    func closed() {
        total.subtract(1, ordering: .sequentiallyConsistent)
        slot.connectionClosed()
    }
}
