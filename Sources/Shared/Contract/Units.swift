/// Durations, sizes and numbers as people write them in settings.
///
/// - Parameter word: what may be given in the place of one, to be named when the text is neither.
package enum Units {
    /// `30s`, `500ms`, `2m`, `1h`; a plain number is seconds. Not negative, and at most a year, so that sums of
    /// nanoseconds stay far from their limit.
    package static func duration(_ text: String, or word: String? = nil) throws(BadValue) -> Duration {
        let wrong = BadValue("give a duration such as 30s, 500ms or 2m\(suffix(word))")
        guard let (amount, unit) = split(text) else { throw wrong }
        guard amount <= 1_000_000_000_000 else { throw BadValue("give at most 8760h\(suffix(word))") }
        let duration: Duration
        switch unit {
        case "ms": duration = .milliseconds(amount)
        case "", "s": duration = .seconds(amount)
        case "m": duration = .seconds(amount * 60)
        case "h": duration = .seconds(amount * 3600)
        default: throw wrong
        }
        guard duration <= .seconds(8760 * 3600) else { throw BadValue("give at most 8760h\(suffix(word))") }
        return duration
    }

    /// The shortest text that `duration(_:)` reads back as the same.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        return "\(seconds)s"
    }

    /// Bytes: `16MiB`, `512KiB`, `1GiB`, `1000`. Powers of 1024.
    package static func size(_ text: String, or word: String? = nil) throws(BadValue) -> Int {
        let wrong = BadValue("give a size such as 16MiB, 512KiB or 1048576\(suffix(word))")
        guard let (amount, unit) = split(text) else { throw wrong }
        let shifts = ["": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30]
        guard let shift = shifts[unit] else { throw wrong }
        guard amount <= (1 << 40) >> shift else { throw BadValue("give at most 1024GiB\(suffix(word))") }
        return amount << shift
    }

    /// The shortest text that `size(_:)` reads back as the same.
    package static func text(size: Int) -> String {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where size > 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)"
    }

    /// A whole number within a range.
    package static func count(
        _ text: String, in range: ClosedRange<Int>, or word: String? = nil
    ) throws(BadValue) -> Int {
        guard case (let value, "")? = split(text), range.contains(value) else {
            throw BadValue("give a whole number from \(range.lowerBound) to \(range.upperBound)\(suffix(word))")
        }
        return value
    }

    /// `10%` or `10`.
    package static func percent(_ text: String) throws(BadValue) -> Int {
        guard let (value, unit) = split(text), ["", "%"].contains(unit), value <= 100 else {
            throw BadValue("give a percentage from 0% to 100%")
        }
        return value
    }

    /// The mode bits of umask(2): `022`, `0027`.
    package static func octal(_ text: String) throws(BadValue) -> Int {
        guard (1...4).contains(text.utf8.count), split(text)?.unit == "", let value = Int(text, radix: 8),
            value <= 0o777
        else {
            throw BadValue("give mode bits in octal, such as 027")
        }
        return value
    }

    /// What `octal(_:)` reads back as the same.
    package static func text(octal value: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Digits, and what follows them; nil when there are none, or more than a number holds.
    private static func split(_ text: String) -> (amount: Int, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return Int(digits).map { ($0, String(text[digits.endIndex...])) }
    }

    private static func suffix(_ word: String?) -> String {
        word.map { ", or \($0)" } ?? ""
    }
}
