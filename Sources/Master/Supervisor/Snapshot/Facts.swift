/// The lines of a snapshot, by name.
struct Facts {
    private let facts: [Fact]

    init(_ facts: [Fact]) {
        self.facts = facts
    }

    func all(_ name: String) -> [Fact] { facts.filter { $0.name == name } }

    /// The one with this name, or nil when there is none.
    func one(_ name: String) throws(SnapshotError) -> Fact? {
        let found = all(name)
        if found.count > 1 { throw SnapshotError("there are \(found.count) lines '\(name)'") }
        return found.first
    }

    func required(_ name: String) throws(SnapshotError) -> Fact {
        guard let fact = try one(name) else { throw SnapshotError("there is no line '\(name)'") }
        return fact
    }
}
