/// How many of its requests a connection may begin before the other connections have had their turn: so many, and for so
/// long. What is over waits for the next turn.
struct Turn {
    /// Requests of a usual turn.
    static let usual = 16
    /// Nanoseconds, at the end of which no further request is begun: sixteen can be slow ones.
    static let longest: UInt64 = 500_000

    private var left: Int
    private let end: UInt64

    /// - Parameter requests: none for a connection whose turn is yet to come.
    init(_ requests: Int, at now: UInt64) {
        left = requests
        end = now + Self.longest
    }

    func isOver(at now: UInt64) -> Bool { left == 0 || now >= end }

    /// A request is begun.
    mutating func spend() {
        left -= 1
    }
}
