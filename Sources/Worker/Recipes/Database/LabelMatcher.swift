/// Whether labels contain a keyword, both in lower case.
///
/// The search is Knuth, Morris and Pratt's, whose time is linear whatever the texts are: both come from outside.
struct LabelMatcher {
    private let keyword: [UInt8]
    /// For each length of a match so far: how long the next shorter match is that ends at the same place.
    private let shorter: [Int]

    init(keyword: String) {
        let keyword = Array(keyword.loweredAsInPython().utf8)
        var shorter = [Int](repeating: 0, count: keyword.count + 1)
        var length = 0
        for index in keyword.indices.dropFirst() {
            while length > 0, keyword[index] != keyword[length] { length = shorter[length] }
            if keyword[index] == keyword[length] { length += 1 }
            shorter[index + 1] = length
        }
        self.keyword = keyword
        self.shorter = shorter
    }

    /// - Parameter label: UTF-8, as it is stored.
    func matches(_ label: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !keyword.isEmpty else { return true }
        if label.allSatisfy({ $0 < 0x80 }) {
            return isFound(in: label.lazy.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 })
        }
        return isFound(in: String(decoding: label, as: UTF8.self).loweredAsInPython().utf8)
    }

    private func isFound(in label: some Sequence<UInt8>) -> Bool {
        var length = 0
        for byte in label {
            while length > 0, byte != keyword[length] { length = shorter[length] }
            if byte == keyword[length] { length += 1 }
            if length == keyword.count { return true }
        }
        return false
    }
}
