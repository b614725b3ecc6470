extension String {
    /// The text on one line. Characters that end a line, control a terminal or change the direction of text are escaped, as
    /// `\n` or `\u{9b}`: text from a client, a worker or a file name must not forge a log.
    package var visible: String {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
        var visible = ""
        for scalar in unicodeScalars {
            if scalar == "\n" {
                visible += "\\n"
            } else if Self.isControl(scalar) {
                visible += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1 (ECMA-48): U+009B is the same as ESC [.
        case 0..<0x20, 0x7f..<0xa0: true
        // Line and paragraph separator.
        case 0x2028, 0x2029: true
        // Marks, embeddings, overrides and isolates of direction (UAX #9).
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// Lower-case hexadecimal digits.
    /// - Parameter width: how many there are at least; zeros fill the left.
    package init(hexadecimal number: some FixedWidthInteger & UnsignedInteger, width: Int) {
        let digits = String(number, radix: 16)
        self = String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
