import Glibc

/// How often trigrams occur in the search index, as far as one connection has asked it.
///
/// FTS5 reads the whole list of each trigram of a query, or as much of it as the limit of the search needs. So a query takes the
/// one or two rarest trigrams of a keyword, and `KeywordMatcher` looks at the rows that have them.
struct TrigramFrequencies {
    private struct Entry {
        /// How far the IDs of the rows with the trigram are apart, on average; `.max` if it is rare.
        let distance: Int64
        var uses = 0
    }

    private var entries: [UInt64: Entry] = [:]

    private static let maxEntries = 4096
    /// A trigram is probed again after so many uses: rows come and go. An old answer costs time, but nothing else.
    private static let maxUses = 256
    /// Looking at a row costs as much as reading so many entries of a trigram's list.
    private static let costOfRow = 32.0

    /// - Parameters:
    ///   - trigrams: not empty.
    ///   - probe: asks the index for the distance of a trigram; nil if it is rare.
    /// - Returns: one or two.
    mutating func rarest<Failure: Error>(
        of trigrams: [SearchTrigrams.Trigram],
        probe: (SearchTrigrams.Trigram) throws(Failure) -> Int64?
    ) throws(Failure) -> [SearchTrigrams.Trigram] {
        // It needs no company, and the others need no probe.
        if let rare = trigrams.first(where: { entries[$0.key]?.distance == .max && isCurrent($0) }) {
            entries[rare.key]?.uses += 1
            return [rare]
        }
        var distances: [Int64] = []
        for trigram in trigrams {
            let distance = try distance(of: trigram, probe)
            if distance == .max { return [trigram] }
            distances.append(distance)
        }
        let rarest = distances.indices.max { distances[$0] < distances[$1] }!
        let second = partner(of: rarest, among: trigrams, distances)
        return [trigrams[rarest]] + (second.map { [trigrams[$0]] } ?? [])
    }

    /// The trigram that saves most if a query has it too; nil if none saves anything.
    private func partner(of rarest: Int, among trigrams: [SearchTrigrams.Trigram], _ distances: [Int64]) -> Int? {
        let frequency = distances.map { 1 / Double(max(1, $0)) }
        var best: (index: Int?, cost: Double) = (nil, frequency[rarest] * Self.costOfRow)
        for index in distances.indices where trigrams[index].key != trigrams[rarest].key {
            // Trigrams that overlap occur together, and others are not independent either.
            let ownCharacters = min(3, abs(trigrams[index].position - trigrams[rarest].position))
            let ratio = min(1, 4 * pow(frequency[index], Double(ownCharacters) / 3))
            let cost = frequency[index] + frequency[rarest] * ratio * Self.costOfRow
            if cost < best.cost { best = (index, cost) }
        }
        return best.index
    }

    private func isCurrent(_ trigram: SearchTrigrams.Trigram) -> Bool {
        entries[trigram.key].map { $0.uses < Self.maxUses } ?? false
    }

    private mutating func distance<Failure: Error>(
        of trigram: SearchTrigrams.Trigram, _ probe: (SearchTrigrams.Trigram) throws(Failure) -> Int64?
    ) throws(Failure) -> Int64 {
        if isCurrent(trigram) {
            entries[trigram.key]!.uses += 1
            return entries[trigram.key]!.distance
        }
        let distance = try probe(trigram) ?? .max
        if entries.count >= Self.maxEntries { entries = [:] }
        entries[trigram.key] = Entry(distance: distance)
        return distance
    }
}
