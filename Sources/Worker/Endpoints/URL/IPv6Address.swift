/// An IPv6 address, written as RFC 5952 says. There are no zones in URLs.
struct IPv6Address: CustomStringConvertible {
    private var pieces: [UInt16] = []

    /// - Parameter text: without the brackets.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        /// Where `::` stands.
        var gap: Int?
        if rest.starts(with: "::".utf8) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            guard pieces.count < 8 else { return nil }
            let digits = rest.prefix(4).prefix { $0.hexadecimalValue != nil }
            if rest.dropFirst(digits.count).first == UInt8(ascii: ".") {
                guard pieces.count <= 6, let tail = Self.dotted(rest) else { return nil }
                pieces += tail
                break
            }
            guard !digits.isEmpty else { return nil }
            pieces.append(digits.reduce(0) { $0 << 4 | UInt16($1.hexadecimalValue ?? 0) })
            rest = rest.dropFirst(digits.count)
            guard !rest.isEmpty else { break }
            guard rest.removeFirst() == UInt8(ascii: ":"), let next = rest.first else { return nil }
            if next == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = pieces.count
                rest.removeFirst()
            }
        }
        // A gap stands for one piece at least.
        guard gap == nil ? pieces.count == 8 : pieces.count < 8 else { return nil }
        if let gap { pieces.insert(contentsOf: repeatElement(0, count: 8 - pieces.count), at: gap) }
    }

    var description: String {
        guard let zeros = longestZeros() else { return Self.text(pieces[...]) }
        return Self.text(pieces[..<zeros.lowerBound]) + "::" + Self.text(pieces[zeros.upperBound...])
    }

    private static func text(_ pieces: ArraySlice<UInt16>) -> String {
        pieces.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of two zeros and more.
    private func longestZeros() -> Range<Int>? {
        var longest = 0..<1
        var start = 0
        for (index, piece) in pieces.enumerated() {
            if piece != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<index + 1
            }
        }
        return longest.count > 1 ? longest : nil
    }

    /// The last two pieces as an IPv4 address: four decimal numbers without leading zeros.
    private static func dotted(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        let numbers = text.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard numbers.count == 4 else { return nil }
        var bytes: [UInt16] = []
        for digits in numbers {
            guard (1...3).contains(digits.count), digits.allSatisfy(\.isASCIIDigit),
                digits.count == 1 || digits.first != UInt8(ascii: "0")
            else { return nil }
            let number = digits.reduce(0) { $0 * 10 + UInt16($1 - UInt8(ascii: "0")) }
            guard number < 256 else { return nil }
            bytes.append(number)
        }
        return [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
    }
}
