/// How near one name is to another.
package enum Spelling {
    /// The known name that was probably meant, whatever its case. Nil when there is none.
    package static func suggestion(for name: String, among known: some Sequence<String>) -> String? {
        let near = known.compactMap { known in slips(name, known).map { (known, $0) } }
        return near.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// How many letters are wrong: at most two, and of a short word one, for POOL_TIMEOUT is no BOOT_TIMEOUT. Nil when
    /// it must be another name.
    static func slips(_ name: String, _ known: String) -> Int? {
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
        // HOST and PORT are a letter away from words of any kind: FOST and SORT are others.
        guard sum == 0 || meant.count > shortWord || typed.first == meant.first else { return nil }
        return sum <= 2 ? sum : nil
    }

    private static let shortWord = 5

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }

    /// Letters to put in, take out, replace, or exchange with their neighbour (Damerau and Levenshtein).
    static func distance(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
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
