internal import Contract

/// Clamps what is read from the scoreboard to values that are possible.
///
/// Every worker can write to the whole scoreboard, and a worker with a bug may write anything. So every word is read through
/// one of these functions.
enum UntrustedValue {
    /// No worker has more connections than `max-connections` can allow.
    static let mostConnections = 1_000_000
    /// No worker has answered more requests than that: at a million a second it would take 285 years.
    static let mostRequests: UInt64 = 1 << 53

    /// A number of things that exist now. A negative counter becomes zero.
    static func count(_ word: UInt32, atMost limit: Int = mostConnections) -> Int {
        min(max(0, Int(Int32(bitPattern: word))), limit)
    }

    /// A number of events since the start.
    static func total(_ word: UInt64, atMost limit: UInt64 = mostRequests) -> UInt64 { min(word, limit) }

    /// A time in the past, CLOCK_MONOTONIC, nanoseconds. A time in the future becomes 0, not now: a worker that wrote it would
    /// otherwise look alive for ever.
    /// - Parameter now: may have been read before the word.
    static func time(_ word: UInt64, at now: UInt64) -> UInt64 {
        word <= now &+ tolerance ? min(word, now) : 0
    }

    /// How long a reader may be interrupted between reading the clock and reading the word.
    private static let tolerance: UInt64 = 1_000_000_000

    /// Text of a request head. A byte that is not visible ASCII is shown as `\x9b`, because a terminal might execute it.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            if (0x21...0x7e).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + String(hexadecimal: byte, width: 2)
            }
        }
        return text
    }
}
