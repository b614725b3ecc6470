extension Double {
    /// The number as Python's `repr` writes it: the shortest digits that parse as the same number, with an exponent below
    /// 1e-4 and from 1e16 on.
    package var pythonText: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let sign = self.sign == .minus ? "-" : ""
        // Swift writes the same digits, but uses an exponent for other numbers.
        let text = magnitude.description.split(separator: "e")
        let parts = text[0].split(separator: ".")
        let exponent = text.count == 2 ? Int(text[1]) ?? 0 : 0
        let written = parts.joined()
        let leadingZeros = written.prefix { $0 == "0" }.count
        var digits = String(written.dropFirst(leadingZeros))
        while digits.last == "0" { digits.removeLast() }
        guard !digits.isEmpty else { return sign + "0.0" }

        // The number is 0.DIGITS times ten to the power of `point`.
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

extension String {
    /// The text as Python's `repr` writes it: in single quotation marks, or in double ones if it has only single ones in it.
    package var pythonRepresentation: String {
        let scalars = unicodeScalars
        let mark: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var quoted = String.UnicodeScalarView([mark])
        for scalar in scalars {
            switch scalar {
            case "\\", mark: quoted.append(contentsOf: ["\\", scalar])
            case "\n": quoted.append(contentsOf: "\\n".unicodeScalars)
            case "\r": quoted.append(contentsOf: "\\r".unicodeScalars)
            case "\t": quoted.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isPrintableInPython: quoted.append(scalar)
            default: quoted.append(contentsOf: Self.escaped(scalar).unicodeScalars)
            }
        }
        quoted.append(mark)
        return String(quoted)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let (letter, width) =
            switch scalar.value {
            case ..<0x100: ("x", 2)
            case ..<0x1_0000: ("u", 4)
            default: ("U", 8)
            }
        let digits = String(scalar.value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintableInPython: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
