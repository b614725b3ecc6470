extension Supervisor {
    /// The settings of the generation that serves.
    package var configuration: Configuration { configurations[generation]! }

    /// Those of a generation that has workers, which is open.
    func settings(of generation: Int) -> Configuration { configurations[generation] ?? configuration }

    mutating func closeGenerations() {
        for candidate in configurations.keys.sorted() where candidate != generation && candidate != reload?.generation {
            guard !workers.contains(where: { $0.id.generation == candidate }) else { continue }
            configurations[candidate] = nil
            effects.append(.close(generation: candidate))
        }
    }

    mutating func reopenLogs() {
        effects.append(.reopenLog)
        for worker in workers where !worker.isDoomed { effects.append(.send(.reopenLogs, to: worker.id)) }
    }
}
