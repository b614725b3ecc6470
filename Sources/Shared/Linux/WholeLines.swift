/// Lines on their way to an output that takes as much as it has room for: each is written whole or not at all, in its
/// order, and those that found no room are counted. A value that knows no descriptor.
struct WholeLines {
    /// What an output took the first part of: nothing else may come before the rest.
    private var rest: ArraySlice<UInt8> = []
    private(set) var lost = 0

    /// Writes a line now, or counts it.
    /// - Parameters:
    ///   - notice: makes the line that says how many were lost; it goes before the first one that has room again.
    ///   - write: takes bytes; returns how many, and nothing or less when it has no room.
    mutating func append(
        _ line: [UInt8], notice: (_ lost: Int) -> [UInt8], to write: (ArraySlice<UInt8>) -> Int
    ) {
        guard put(rest, write) else { return lost += 1 }
        if lost > 0 {
            guard put(notice(lost)[...], write) else { return lost += 1 }
            lost = 0
        }
        if !rest.isEmpty || !put(line[...], write) { lost += 1 }
    }

    /// The output is another one from now on: half a line is of no use to it.
    mutating func outputChanged() {
        if !rest.isEmpty { lost += 1 }
        rest = []
    }

    /// - Returns: false when nothing of it was taken, or when what was begun before is still not whole.
    private mutating func put(_ bytes: ArraySlice<UInt8>, _ write: (ArraySlice<UInt8>) -> Int) -> Bool {
        if bytes.isEmpty { return true }
        let isRest = !rest.isEmpty
        let count = max(0, write(bytes))
        guard count > 0 || isRest else { return false }
        rest = bytes.dropFirst(count)
        return !isRest || rest.isEmpty
    }
}
