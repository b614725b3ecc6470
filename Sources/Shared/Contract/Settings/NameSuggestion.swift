/// "Did you mean": the known name that is closest to an unknown one.
package enum NameSuggestion {
    /// Case does not count. Nil when no known name is close.
    package static func closest(to name: String, among known: some Sequence<String>) -> String? {
        let close = known.compactMap { known in typos(name, known).map { (known, $0) } }
        return close.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// How many letters are wrong: at most two, and one in a short word, because POOL_TIMEOUT does not mean BOOT_TIMEOUT.
    /// Nil for a different name.
    private static func typos(_ name: String, _ known: String) -> Int? {
        let typed = Array(name.uppercased().utf8)
        let meant = Array(known.uppercased().utf8)
        let words = (typed.split(whereSeparator: isSeparator), meant.split(whereSeparator: isSeparator))
        guard words.0.count == words.1.count else {
            let distance = distance(typed[...], meant[...])
            return distance <= 2 && meant.count > shortWord ? distance : nil
        }
        var sum = 0
        for (typed, meant) in zip(words.0, words.1) {
            let distance = distance(typed, meant)
            guard distance <= (meant.count > shortWord ? 2 : 1) else { return nil }
            sum += distance
        }
        // HOST and PORT are one letter away from many words, such as SORT.
        guard sum == 0 || meant.count > shortWord || typed.first == meant.first else { return nil }
        return sum <= 2 ? sum : nil
    }

    private static let shortWord = 5

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }

    /// Letters to insert, delete, replace, or swap with their neighbour (the Damerau-Levenshtein distance).
    private static func distance(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
        let (one, other) = (Array(one), Array(other))
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let isSame = one[row] == other[column]
                var least = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[other.count]
    }
}
