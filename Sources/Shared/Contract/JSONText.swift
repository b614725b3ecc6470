extension [UInt8] {
    /// The content of a JSON string (RFC 8259, section 7). What may not be shown as it is (`Unicode.Scalar.isVisible`) is
    /// escaped too: a terminal may show the line.
    /// - Parameter most: bytes that may be added; a longer text is cut, and ends with three dots.
    /// - Returns: whether the whole text was added.
    @discardableResult
    package mutating func append(jsonContent text: String, most: Int = .max) -> Bool {
        let end = most == .max ? Int.max : count + most
        // Where the dots would fit.
        var cut = count
        for scalar in text.unicodeScalars {
            let before = count
            switch scalar {
            case "\"": append(contentsOf: [0x5c, 0x22])
            case "\\": append(contentsOf: [0x5c, 0x5c])
            case "\n": append(contentsOf: [0x5c, 0x6e])
            case "\r": append(contentsOf: [0x5c, 0x72])
            case "\t": append(contentsOf: [0x5c, 0x74])
            case _ where scalar.isVisible: append(contentsOf: UTF8.encode(scalar)!)
            // All that is escaped is of the basic plane.
            case let scalar: append(contentsOf: "\\u\(String(hexadecimal: scalar.value, width: 4))".utf8)
            }
            if count > end {
                removeSubrange(Swift.min(cut, before)...)
                if most >= 3 { append(contentsOf: [0x2e, 0x2e, 0x2e]) }
                return false
            }
            if end == .max || count <= end - 3 { cut = count }
        }
        return true
    }

    /// A JSON string.
    package mutating func append(json text: String) {
        append(0x22)
        append(jsonContent: text)
        append(0x22)
    }
}
