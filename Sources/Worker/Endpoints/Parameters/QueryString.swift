/// A query or a form: `name=value` pairs, separated by ampersands, with `+` for a space (URL Standard, section 5.1).
struct QueryString {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// The decoded value of the last pair with that name; empty if the pair has no equals sign.
    func lastValue(of name: String) -> String? {
        var end = bytes.endIndex
        while true {
            let start = bytes[..<end].lastIndex(of: UInt8(ascii: "&")).map { $0 + 1 } ?? bytes.startIndex
            let pair = bytes[start..<end]
            if !pair.isEmpty, let value = QueryString.value(of: pair, named: name) { return value }
            guard start > bytes.startIndex else { return nil }
            end = start - 1
        }
    }

    /// The decoded values of all pairs with that name, in order.
    func values(of name: String) -> [String] {
        bytes.split(separator: UInt8(ascii: "&")).compactMap { QueryString.value(of: $0, named: name) }
    }

    private static func value(of pair: ArraySlice<UInt8>, named name: String) -> String? {
        let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        let pairName = pair[..<equals]
        guard pairName.elementsEqual(name.utf8) || text(pairName).hasSameBytes(as: name) else { return nil }
        return text(pair[equals...].dropFirst())
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let spaced = bytes.contains(UInt8(ascii: "+")) ? bytes.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }[...] : bytes
        return String(decoding: PercentEncoding.decoded(spaced), as: UTF8.self)
    }
}
