/// Lines on their way to an output that may take only part of them. Each is written whole or not at all, in order. While the
/// output has no room they wait, up to a limit; those that are lost after that are counted. It does no I/O itself.
struct LineQueue {
    /// Bytes that may wait.
    static let capacity = 64 << 10

    /// Whole lines. Of the first, the output may have taken a part.
    private var waiting: [UInt8] = []
    /// Bytes of `waiting` that the output has taken.
    private var taken = 0
    /// Lines that were lost, and of which no line says so.
    private(set) var unreported = 0
    /// All lines that were lost.
    private(set) var lost: UInt64 = 0

    /// Whether lines wait, or a line that says how many were lost.
    var isWaiting: Bool { taken < waiting.count || unreported > 0 }

    /// Writes a line now, or when there is room.
    /// - Parameters:
    ///   - notice: makes the line that says how many were lost; it is written before the next line that fits.
    ///   - write: returns how many bytes it took; 0 or less if it has no room.
    mutating func append(_ line: [UInt8], notice: (_ lost: Int) -> [UInt8], to write: (ArraySlice<UInt8>) -> Int) {
        flush(notice: notice, to: write)
        guard unreported == 0, waiting.count - taken + line.count <= Self.capacity else { return lose() }
        waiting += line
        writeWaiting(write)
    }

    /// Writes what waits, as far as there is room.
    mutating func flush(notice: (_ lost: Int) -> [UInt8], to write: (ArraySlice<UInt8>) -> Int) {
        writeWaiting(write)
        guard unreported > 0 else { return }
        let line = notice(unreported)
        guard waiting.count - taken + line.count <= Self.capacity else { return }
        waiting += line
        unreported = 0
        writeWaiting(write)
    }

    /// The output was replaced: a line of which the old one has a part is lost, and the others go to the new one.
    mutating func outputChanged() {
        let isWhole = taken == 0 || taken >= waiting.count || waiting[taken - 1] == Self.lineFeed
        if !isWhole {
            taken = endOfLine(from: taken)
            lose()
        }
    }

    private mutating func lose() {
        unreported += 1
        lost += 1
    }

    /// One write for each line: a pipe takes a line whole.
    private mutating func writeWaiting(_ write: (ArraySlice<UInt8>) -> Int) {
        while taken < waiting.count {
            let line = waiting[taken..<endOfLine(from: taken)]
            let count = max(0, write(line))
            taken += count
            if count < line.count { break }
        }
        if taken >= waiting.count {
            waiting.removeAll(keepingCapacity: waiting.capacity <= 4096)
            taken = 0
        } else if taken > Self.capacity / 2 {
            // The part of the first line that is gone has no end of line before it: it must not look whole.
            let start = waiting[..<taken].lastIndex(of: Self.lineFeed).map { $0 + 1 } ?? 0
            waiting.removeFirst(start)
            taken -= start
        }
    }

    private func endOfLine(from start: Int) -> Int {
        waiting[start...].firstIndex(of: Self.lineFeed).map { $0 + 1 } ?? waiting.count
    }

    private static let lineFeed = UInt8(ascii: "\n")
}
