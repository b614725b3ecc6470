/// A supervisor's whole state as text, so that another build of the master can go on where this one was.
///
/// One fact a line: `worker slot=1 generation=3 serial=7 started=... state=ready since=...`. Times are nanoseconds of
/// the clock that the supervisor was given. Facts and keys that are not known are ignored, because a newer build may
/// write more; one that is missing is refused.
package struct Snapshot: Equatable {
    /// Changes when an older build could no longer go on with the text.
    static let version = 1

    let supervisor: Supervisor

    package var lines: [String] { supervisor.facts.map(\.line) }

    package init(lines: [String]) throws(SnapshotError) {
        var facts: [Fact] = []
        for line in lines where !line.isEmpty { facts.append(try Fact(line: line)) }
        supervisor = try Supervisor(facts: Facts(facts))
    }

    init(_ supervisor: Supervisor) {
        self.supervisor = supervisor
    }
}

extension Supervisor {
    /// Taken between two events.
    package var snapshot: Snapshot { Snapshot(self) }

    /// Goes on where the other one was. Its first event is `resumed`.
    package init(resuming snapshot: Snapshot) {
        self = snapshot.supervisor
    }
}
