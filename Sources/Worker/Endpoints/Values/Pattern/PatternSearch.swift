/// All places of a pattern's program that the text read so far may have led to.
struct PatternSearch {
    private let program: [Pattern.Instruction]
    /// Reached by reading the last code point; what follows them without reading is not yet looked for.
    private var reached: [Int] = []
    /// The instructions that wait for the next code point.
    private var waiting: [Int] = []
    /// For each instruction the round in which it was last seen, so that each is followed once a round.
    private var seen: [Int]
    private var round = 0

    init(_ program: [Pattern.Instruction]) {
        self.program = program
        seen = Array(repeating: 0, count: program.count)
    }

    /// Follows what reads nothing, from all places and from the program's start.
    /// - Returns: whether the program's end is among what can be reached.
    mutating func start(between before: Unicode.Scalar?, and after: Unicode.Scalar?) -> Bool {
        round += 1
        waiting.removeAll(keepingCapacity: true)
        var open = reached
        open.append(0)
        while let place = open.popLast() {
            guard seen[place] < round else { continue }
            seen[place] = round
            switch program[place] {
            case .match: return true
            case .scalar: waiting.append(place)
            case .jump(let target): open.append(target)
            case .split(let first, let second): open += [first, second]
            case .assertion(let assertion):
                if assertion.holds(between: before, and: after) { open.append(place + 1) }
            }
        }
        return false
    }

    /// Goes on from the instructions that take this code point.
    mutating func read(_ scalar: Unicode.Scalar) {
        reached.removeAll(keepingCapacity: true)
        for place in waiting {
            if case .scalar(let set) = program[place], set.contains(scalar) { reached.append(place + 1) }
        }
    }
}

extension Pattern.Assertion {
    fileprivate func holds(between before: Unicode.Scalar?, and after: Unicode.Scalar?) -> Bool {
        switch self {
        case .start: before == nil
        case .end: after == nil
        case .wordBoundary(let isNegated):
            (isWord(before) != isWord(after)) != isNegated
        }
    }

    private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map(ScalarSet.word.contains) ?? false
    }
}
