/// Durations, sizes, numbers and modes as people write them in settings.
package enum ValueSyntax {
    /// `30s`, `500ms`, `2m`, `1h`, `1d`, several as in `5m30s`, or a fraction as in `1.5s`; a plain number is seconds.
    /// Whole milliseconds, not negative, and at most a year, so that sums of nanoseconds stay far from their limit.
    package static func duration(_ text: String) throws(InvalidValue) -> Duration {
        let wrong = InvalidValue("give a duration such as 30s, 500ms or 5m30s")
        var rest = text[...]
        var sum = 0
        var last = Int.max
        repeat {
            guard let amount = Amount(leading: &rest) else { throw wrong }
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            // A plain number stands alone. Of several parts, each has a smaller unit than the one before.
            guard let length = milliseconds[String(unit)], length < last, !unit.isEmpty || last == .max && rest.isEmpty
            else { throw wrong }
            guard let part = amount.times(length) else { throw InvalidValue("give whole milliseconds") }
            guard part <= longest, sum + part <= longest else { throw InvalidValue("give at most 8760h") }
            sum += part
            last = length
        } while !rest.isEmpty
        return .milliseconds(sum)
    }

    /// The units of systemd and Go.
    private static let milliseconds = [
        "ms": 1, "": 1000, "s": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
    private static let longest = 8760 * 3_600_000

    /// The shortest text that `duration(_:)` reads as the same value.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        return "\(seconds)s"
    }

    /// Bytes: `16MiB`, `512KiB`, `1GiB`, `1000`; also `10M`, `10k`, `10MB`. All are powers of 1024, as they are for nginx,
    /// systemd and Docker.
    package static func size(_ text: String) throws(InvalidValue) -> Int {
        let wrong = InvalidValue("give a size such as 16MiB, 512KiB or 1048576")
        var rest = text[...]
        guard let amount = Amount(leading: &rest), let unit = bytes[rest.lowercased()] else { throw wrong }
        guard let size = amount.times(unit) else { throw InvalidValue("give whole bytes") }
        guard size <= 1 << 40 else { throw InvalidValue("give at most 1024GiB") }
        return size
    }

    private static let bytes = [
        "": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10, "ki": 1 << 10, "m": 1 << 20, "mb": 1 << 20,
        "mib": 1 << 20, "mi": 1 << 20, "g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30, "gi": 1 << 30,
    ]

    /// The shortest text that `size(_:)` reads as the same value.
    package static func text(size: Int) -> String {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where size > 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)"
    }

    /// A whole number within a range.
    package static func count(_ text: String, in range: ClosedRange<Int>) throws(InvalidValue) -> Int {
        guard case (let value, "")? = split(text), range.contains(value) else {
            throw InvalidValue("give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// `10%` or `10`.
    package static func percent(_ text: String) throws(InvalidValue) -> Int {
        guard let (value, unit) = split(text), ["", "%"].contains(unit), value <= 100 else {
            throw InvalidValue("give a percentage from 0% to 100%")
        }
        return value
    }

    /// Mode bits as chmod(1) and umask(2) take them: `022`, `0027`, `0o660`.
    /// - Parameter example: for the error.
    package static func mode(_ text: String, example: String) throws(InvalidValue) -> Int {
        let digits = ["0o", "0O"].contains(text.prefix(2)) ? text.dropFirst(2) : text[...]
        guard (1...4).contains(digits.utf8.count), digits.allSatisfy({ "0"..."7" ~= $0 }),
            let value = Int(digits, radix: 8), value <= 0o777
        else {
            throw InvalidValue("give mode bits in octal, such as \(example)")
        }
        return value
    }

    /// The text that `mode(_:example:)` reads as the same value.
    package static func text(mode: Int) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Leading digits, and what follows them; nil without digits, and for a number that overflows.
    private static func split(_ text: String) -> (amount: Int, unit: String)? {
        let digits = text.prefix(while: isDigit)
        return Int(digits).map { ($0, String(text[digits.endIndex...])) }
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// A number, with or without a fraction of up to six digits.
    private struct Amount {
        private let millionths: Int

        /// Removes it from the start of the text; nil when there is none, and for a number that overflows.
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
            // Clamped above every limit, so that the error is "give at most".
            guard let number = Int(whole) else { return nil }
            millionths = min(number, 2_000_000_000_000) * 1_000_000 + fraction
        }

        /// Nil when the product is not a whole number.
        func times(_ unit: Int) -> Int? {
            let (product, overflows) = millionths.multipliedReportingOverflow(by: unit)
            if overflows { return .max }
            return product % 1_000_000 == 0 ? product / 1_000_000 : nil
        }
    }
}
