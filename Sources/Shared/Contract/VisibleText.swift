extension String {
    /// The text on one line. Characters that end a line, control a terminal, change the direction of text or cannot be seen are
    /// escaped, as `\n` or `\u{9b}`: text from a client, a worker or a file name must not forge a log.
    package var visible: String {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
        var visible = ""
        for scalar in unicodeScalars { visible += scalar.isVisible ? String(scalar) : scalar.escape }
        return visible
    }
}

extension Unicode.Scalar {
    /// Whether a text may show it as it is.
    package var isVisible: Bool {
        switch value {
        // C0, DEL and C1 (ECMA-48): U+009B is the same as ESC [.
        case 0..<0x20, 0x7f..<0xa0: false
        // Line and paragraph separator.
        case 0x2028, 0x2029: false
        // Marks, embeddings, overrides and isolates of direction (UAX #9).
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: false
        // Of no width, and of no use to a script or an emoji: two texts that look alike would differ.
        case 0x200b, 0x2060...0x2065, 0x206a...0x206f, 0xfeff, 0xfff9...0xfffb: false
        default: true
        }
    }

    /// `\n` or `\u{9b}`.
    package var escape: String { self == "\n" ? "\\n" : "\\u{\(String(value, radix: 16))}" }
}

extension String {
    /// Lower-case hexadecimal digits.
    /// - Parameter width: how many there are at least; zeros fill the left.
    package init(hexadecimal number: some FixedWidthInteger & UnsignedInteger, width: Int) {
        let digits = String(number, radix: 16)
        self = String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
