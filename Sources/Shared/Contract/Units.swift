/// Durations, sizes and numbers as people write them in settings.
///
/// - Parameter word: what may be given in the place of one, to be named when the text is neither.
package enum Units {
    /// `30s`, `500ms`, `2m`, `1h`, `1d`, several as in `5m30s`, or a fraction as in `1.5s`; a plain number is seconds.
    /// Whole milliseconds, not negative, and at most a year, so that sums of nanoseconds stay far from their limit.
    package static func duration(_ text: String, or word: String? = nil) throws(BadValue) -> Duration {
        let wrong = BadValue("give a duration such as 30s, 500ms or 5m30s\(suffix(word))")
        var rest = text[...]
        var sum = 0
        var last = Int.max
        repeat {
            guard let amount = Amount(leading: &rest) else { throw wrong }
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            // A plain number stands alone; of several parts each is of a smaller unit than the one before.
            guard let length = milliseconds[String(unit)], length < last, !unit.isEmpty || last == .max && rest.isEmpty
            else { throw wrong }
            guard let part = amount.times(length) else { throw BadValue("give whole milliseconds\(suffix(word))") }
            guard part <= longest, sum + part <= longest else { throw BadValue("give at most 8760h\(suffix(word))") }
            sum += part
            last = length
        } while !rest.isEmpty
        return .milliseconds(sum)
    }

    /// As systemd and Go have them, too.
    private static let milliseconds = [
        "ms": 1, "": 1000, "s": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
    private static let longest = 8760 * 3_600_000

    /// The shortest text that `duration(_:)` reads back as the same.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        return "\(seconds)s"
    }

    /// Bytes: `16MiB`, `512KiB`, `1GiB`, `1000`; also `10M`, `10k`, `10MB`. All are powers of 1024, as they are for nginx,
    /// systemd and Docker.
    package static func size(_ text: String, or word: String? = nil) throws(BadValue) -> Int {
        let wrong = BadValue("give a size such as 16MiB, 512KiB or 1048576\(suffix(word))")
        var rest = text[...]
        guard let amount = Amount(leading: &rest), let unit = bytes[rest.lowercased()] else { throw wrong }
        guard let size = amount.times(unit) else { throw BadValue("give whole bytes\(suffix(word))") }
        guard size <= 1 << 40 else { throw BadValue("give at most 1024GiB\(suffix(word))") }
        return size
    }

    private static let bytes = [
        "": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10, "ki": 1 << 10, "m": 1 << 20, "mb": 1 << 20,
        "mib": 1 << 20, "mi": 1 << 20, "g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30, "gi": 1 << 30,
    ]

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

    /// Mode bits as chmod(1) and umask(2) take them: `022`, `0027`, `0o660`.
    /// - Parameter example: to be named when the text is none.
    package static func octal(_ text: String, example: String) throws(BadValue) -> Int {
        let digits = ["0o", "0O"].contains(text.prefix(2)) ? text.dropFirst(2) : text[...]
        guard (1...4).contains(digits.utf8.count), digits.allSatisfy({ "0"..."7" ~= $0 }),
            let value = Int(digits, radix: 8), value <= 0o777
        else {
            throw BadValue("give mode bits in octal, such as \(example)")
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
        let digits = text.prefix(while: isDigit)
        return Int(digits).map { ($0, String(text[digits.endIndex...])) }
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// A number as people write it, with or without a fraction of up to six digits.
    private struct Amount {
        private let millionths: Int

        /// Takes it off the text; nil when that begins with none, or with one that is beyond all limits.
        init?(leading text: inout Substring) {
            let whole = text.prefix(while: isDigit)
            guard !whole.isEmpty else { return nil }
            text = text[whole.endIndex...]
            var digits = Substring()
            if text.first == "." {
                digits = text.dropFirst().prefix(while: isDigit)
                guard (1...6).contains(digits.count) else { return nil }
                text = text[digits.endIndex...]
            }
            let fraction = Int(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
            // More than any limit allows is said to be that, as long as it is a number.
            guard let number = Int(whole) else { return nil }
            millionths = min(number, 2_000_000_000_000) * 1_000_000 + fraction
        }

        /// Nil when it is no whole number.
        func times(_ unit: Int) -> Int? {
            let (product, overflows) = millionths.multipliedReportingOverflow(by: unit)
            if overflows { return .max }
            return product % 1_000_000 == 0 ? product / 1_000_000 : nil
        }
    }

    private static func suffix(_ word: String?) -> String {
        word.map { ", or \($0)" } ?? ""
    }
}
