/// Whether labels contain a keyword, ignoring case.
///
/// Knuth-Morris-Pratt over the label in lower case, which is made on the way: the time is linear in any input, and nothing is
/// allocated. Clients choose both the keyword and the labels.
struct KeywordMatcher: Sendable {
    /// In lower case, as UTF-8.
    let keyword: [UInt8]
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
        return keyword.withUnsafeBufferPointer { keyword in
            fallback.withUnsafeBufferPointer { fallback in
                var length = 0
                return LowercaseText.forEachByte(of: label) { byte in
                    while length > 0, byte != keyword[length] { length = fallback[length] }
                    if byte == keyword[length] { length += 1 }
                    return length < keyword.count
                }
            }
        }
    }
}

/// UTF-8 text in lower case as in Python's `str.lower()`: Unicode's full mapping of each scalar, and a capital sigma at the end
/// of a word becomes `ς` (Unicode, section 3.13, Final_Sigma). Unlike case folding, `ß` stays.
///
/// The characters of a text that is not valid UTF-8 are those that SQLite sees: a byte from 0xC0 on with all the continuation
/// bytes after it, or any other byte. An invalid one is U+FFFD. So the search index and the matcher agree on what is beside what.
enum LowercaseText {
    /// Calls the body with each byte until it returns false.
    /// - Returns: whether the body did so.
    @inline(__always)
    static func forEachByte(of text: UnsafeBufferPointer<UInt8>, _ body: (UInt8) -> Bool) -> Bool {
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte >= 0x80 else {
                guard body(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte) else { return true }
                index += 1
                continue
            }
            let (scalar, end) = character(at: index, in: text)
            guard forEachByte(ofScalar: scalar, index..<end, in: text, body) else { return true }
            index = end
        }
        return false
    }

    /// - Returns: false if the body did.
    @inline(__always)
    private static func forEachByte(
        ofScalar scalar: Unicode.Scalar, _ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>,
        _ body: (UInt8) -> Bool
    ) -> Bool {
        if scalar == capitalSigma { return (isFinalSigma(range, in: text) ? "ς" : "σ").utf8.allSatisfy(body) }
        let index = Int(scalar.value)
        let lowercase = index < common.count ? common[index] : 0
        guard lowercase != 0 else { return scalar.properties.lowercaseMapping.utf8.allSatisfy(body) }
        // All of them have two bytes in UTF-8.
        return body(UInt8(0xC0 | lowercase >> 6)) && body(UInt8(0x80 | lowercase & 0x3F))
    }

    /// The lower case of the scalars from U+0080 to U+05FF, which is looked up three times as fast as Unicode's properties; 0
    /// where the lower case is not one scalar of two bytes.
    private static let common: [UInt16] = (0..<0x600).map { value in
        let lowercase = Array(Unicode.Scalar(UInt16(value))!.properties.lowercaseMapping.unicodeScalars)
        return value >= 0x80 && lowercase.count == 1 && (0x80..<0x800).contains(lowercase[0].value)
            ? UInt16(lowercase[0].value) : 0
    }

    // MARK: Final sigma

    private static let capitalSigma: Unicode.Scalar = "\u{3A3}"

    /// Linear in all: each character between two sigmas is looked at twice at most.
    private static func isFinalSigma(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = range.lowerBound
        var isAfterCased = false
        while index > 0 {
            index = startOfCharacter(before: index, in: text)
            let properties = character(at: index, in: text).scalar.properties
            guard !properties.isCaseIgnorable else { continue }
            isAfterCased = properties.isCased
            break
        }
        guard isAfterCased else { return false }
        index = range.upperBound
        while index < text.count {
            let (scalar, end) = character(at: index, in: text)
            guard scalar.properties.isCaseIgnorable else { return !scalar.properties.isCased }
            index = end
        }
        return true
    }

    // MARK: Characters

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    private static func character(
        at start: Int, in text: UnsafeBufferPointer<UInt8>
    ) -> (scalar: Unicode.Scalar, end: Int) {
        let first = text[start]
        guard first >= 0x80 else { return (Unicode.Scalar(first), start + 1) }
        guard first >= 0xC0 else { return ("\u{FFFD}", start + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = UInt32(first & (0xFF >> UInt8(length + 1)))
        var end = start + 1
        while end < text.count, isContinuation(text[end]) {
            value = value << 6 | UInt32(text[end] & 0x3F)
            end += 1
        }
        let isShortest = value >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000)
        guard end - start == length, first < 0xF8, isShortest, let scalar = Unicode.Scalar(value) else {
            return ("\u{FFFD}", end)
        }
        return (scalar, end)
    }

    private static func startOfCharacter(before end: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var start = end - 1
        guard isContinuation(text[start]) else { return start }
        while start > 0, isContinuation(text[start]) { start -= 1 }
        // Continuation bytes without a first byte are characters of their own.
        return text[start] >= 0xC0 ? start : end - 1
    }
}

extension String {
    /// Lower case as in Python's `str.lower()`.
    func pythonLowercased() -> String {
        var text = self
        return text.withUTF8 { bytes in
            var lowercase: [UInt8] = []
            lowercase.reserveCapacity(bytes.count)
            _ = LowercaseText.forEachByte(of: bytes) {
                lowercase.append($0)
                return true
            }
            return String(decoding: lowercase, as: UTF8.self)
        }
    }
}
