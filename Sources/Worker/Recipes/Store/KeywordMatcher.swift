/// Whether labels contain a keyword, ignoring case.
///
/// Knuth-Morris-Pratt: the time is linear in any input. Clients choose both the keyword and the labels.
struct KeywordMatcher {
    private let keyword: [UInt8]
    /// For each number of matched bytes: the length of the next shorter match that ends at the same place.
    private let fallback: [Int]

    init(keyword: String) {
        let keyword = Array(keyword.pythonLowercased().utf8)
        var fallback = [Int](repeating: 0, count: keyword.count + 1)
        var length = 0
        for index in keyword.indices.dropFirst() {
            while length > 0, keyword[index] != keyword[length] { length = fallback[length] }
            if keyword[index] == keyword[length] { length += 1 }
            fallback[index + 1] = length
        }
        self.keyword = keyword
        self.fallback = fallback
    }

    /// - Parameter label: UTF-8, as it is stored.
    func matches(_ label: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !keyword.isEmpty else { return true }
        if label.allSatisfy({ $0 < 0x80 }) {
            return isFound(in: label.lazy.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 })
        }
        return isFound(in: String(decoding: label, as: UTF8.self).pythonLowercased().utf8)
    }

    private func isFound(in label: some Sequence<UInt8>) -> Bool {
        var length = 0
        for byte in label {
            while length > 0, byte != keyword[length] { length = fallback[length] }
            if byte == keyword[length] { length += 1 }
            if length == keyword.count { return true }
        }
        return false
    }
}

extension String {
    /// Lower case as in Python's `str.lower()`: Unicode's full mapping of each scalar, and a capital sigma at the end of a
    /// word becomes `ς` (Unicode, section 3.13, Final_Sigma). Unlike case folding, `ß` stays.
    func pythonLowercased() -> String {
        var lowercased = String.UnicodeScalarView()
        let scalars = Array(unicodeScalars)
        lowercased.reserveCapacity(scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{3A3}" {
                lowercased.append(Self.isFinalSigma(at: index, in: scalars) ? "\u{3C2}" : "\u{3C3}")
            } else {
                lowercased.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(lowercased)
    }

    private static func isFinalSigma(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
