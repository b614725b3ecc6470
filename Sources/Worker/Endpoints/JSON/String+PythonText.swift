extension String {
    /// The text as Python's `repr` prints it: in single quotation marks, unless there are such in it and no double ones.
    public var pythonRepresentation: String {
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
