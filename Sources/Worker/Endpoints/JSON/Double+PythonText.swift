extension Double {
    /// The number as Python's `repr` prints it: the shortest digits that read as the same number, with an exponent below
    /// 1e-4 and from 1e16 on.
    public var pythonText: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let sign = self.sign == .minus ? "-" : ""
        // Swift's text has the same digits; only where it turns to an exponent differs.
        let text = magnitude.description.split(separator: "e")
        let parts = text[0].split(separator: ".")
        let exponent = text.count == 2 ? Int(text[1]) ?? 0 : 0
        let written = parts.joined()
        let leadingZeros = written.prefix { $0 == "0" }.count
        var digits = String(written.dropFirst(leadingZeros))
        while digits.last == "0" { digits.removeLast() }
        guard !digits.isEmpty else { return sign + "0.0" }

        // The number is 0.DIGITS times ten to this power.
        let point = parts[0].count - leadingZeros + exponent
        guard point > -4, point <= 16 else {
            let fraction = digits.dropFirst()
            let power = point - 1
            let magnitude = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
            return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + (power < 0 ? "e-" : "e+")
                + magnitude
        }
        if point <= 0 {
            return sign + "0." + String(repeating: "0", count: -point) + digits
        }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}
