/// Durations and sizes as people write them in settings.
package enum Units {
    /// `30s`, `500ms`, `2m`, `1h`; a plain number is seconds. Not negative.
    package static func duration(_ text: String) throws(BadValue) -> Duration {
        let wrong = BadValue("give a duration such as 30s, 500ms or 2m")
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let amount = Int64(digits), amount <= 1_000_000_000 else { throw wrong }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(amount)
        case "", "s": return .seconds(amount)
        case "m": return .seconds(amount * 60)
        case "h": return .seconds(amount * 3600)
        default: throw wrong
        }
    }

    /// The shortest text that `duration(_:)` reads back as the same.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        return "\(seconds)s"
    }

    /// Bytes: `16MiB`, `512KiB`, `1GiB`, `1000`. Powers of 1024.
    package static func size(_ text: String) throws(BadValue) -> Int {
        let wrong = BadValue("give a size such as 16MiB, 512KiB or 1048576")
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let amount = Int(digits), amount <= 1 << 40 else { throw wrong }
        switch text.dropFirst(digits.count) {
        case "", "B": return amount
        case "KiB": return amount << 10
        case "MiB": return amount << 20
        case "GiB" where amount <= 1 << 20: return amount << 30
        default: throw wrong
        }
    }

    /// The shortest text that `size(_:)` reads back as the same.
    package static func text(size: Int) -> String {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where size > 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)"
    }

    /// A whole number within a range.
    package static func count(_ text: String, in range: ClosedRange<Int>) throws(BadValue) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw BadValue("give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
