internal import Contract

/// What a worker has written to the scoreboard, as far as it can be true.
///
/// Every worker can write to all of the scoreboard, and what a worker with a bug writes is anything. So nobody takes a word
/// of it as it stands: it is read by one of these, whose values are all that a reader ever has to do with.
enum UntrustedValue {
    /// No worker has more connections than `max-connections` can allow.
    static let mostConnections = 1_000_000
    /// No worker has answered more requests than that: at a million a second it would take 285 years.
    static let mostRequests: UInt64 = 1 << 53

    /// Of things that are there now. A counter that was counted below zero is zero.
    static func count(_ word: UInt32, atMost limit: Int = mostConnections) -> Int {
        min(max(0, Int(Int32(bitPattern: word))), limit)
    }

    /// Of things that have happened, ever.
    static func total(_ word: UInt64, atMost limit: UInt64 = mostRequests) -> UInt64 { min(word, limit) }

    /// A time that has passed, CLOCK_MONOTONIC, nanoseconds; one that is yet to come is none, which is 0. It is not taken
    /// for now: then whoever wrote it would be alive for ever.
    /// - Parameters:
    ///   - now: read before the word was, perhaps.
    static func time(_ word: UInt64, at now: UInt64) -> UInt64 {
        word <= now &+ tolerance ? min(word, now) : 0
    }

    /// A reader may be kept waiting for so long between its look at the clock and the one at the word.
    private static let tolerance: UInt64 = 1_000_000_000

    /// Of a request's head, where only visible ASCII stands; any other byte is shown as `\x9b`, because a terminal or the
    /// reader of a log might obey it.
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
