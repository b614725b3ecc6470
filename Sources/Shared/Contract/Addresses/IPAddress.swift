/// An IPv4 or IPv6 address.
///
/// An IPv4 address is stored in its IPv6 form, `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2): it is one address, however a
/// socket or a proxy names it.
package struct IPAddress: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    private static let ipv4Prefix: UInt64 = 0xffff << 32

    /// - Parameter number: the address as a number, `0x7f000001` for 127.0.0.1.
    package init(ipv4 number: UInt32) {
        high = 0
        low = Self.ipv4Prefix | UInt64(number)
    }

    /// - Parameters: the two halves as numbers.
    package init(ipv6 high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil if the text is not an address. It is strict: no leading zeros in IPv4, no zone.
    package init?(_ text: String) {
        self.init(Array(text.utf8).span)
    }

    /// The same, from ASCII.
    package init?(_ text: Span<UInt8>) {
        if let number = Self.ipv4(text, 0..<text.count) {
            self.init(ipv4: number)
        } else {
            self.init(ipv6: text)
        }
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.ipv4Prefix >> 32 }

    /// What counts as one client: the IPv4 address, or the first 64 bits of the IPv6 address (RFC 6177).
    package var network: UInt64 { isIPv4 ? low : high }

    /// Whether the first bits are those of another address. An IPv4 address begins with 96 bits of its own.
    func hasPrefix(_ length: Int, of other: IPAddress) -> Bool {
        if length <= 64 { return (high ^ other.high) >> UInt64(64 - length) == 0 }
        return high == other.high && (low ^ other.low) >> UInt64(128 - length) == 0
    }

    /// The first address of a network.
    func prefix(_ length: Int) -> IPAddress {
        func masked(_ half: UInt64, _ bits: Int) -> UInt64 {
            let dropped = UInt64(max(0, 64 - bits))
            return (half >> dropped) << dropped
        }
        return IPAddress(ipv6: masked(high, min(length, 64)), masked(low, max(0, length - 64)))
    }
}

// MARK: - Reading

extension IPAddress {
    /// Four numbers up to 255.
    private static func ipv4(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        var address: UInt32 = 0
        var index = range.lowerBound
        for part in 1...4 {
            let start = index
            var number: UInt32 = 0
            while index < range.upperBound, index - start < 3, text[index] &- UInt8(ascii: "0") < 10 {
                number = number * 10 + UInt32(text[index] - UInt8(ascii: "0"))
                index += 1
            }
            guard index > start, number <= 255, index - start == 1 || text[start] != UInt8(ascii: "0") else {
                return nil
            }
            address = address << 8 | number
            if part == 4 { break }
            guard index < range.upperBound, text[index] == UInt8(ascii: ".") else { return nil }
            index += 1
        }
        return index == range.upperBound ? address : nil
    }

    /// Eight groups of 16 bits, the last two of which may be an IPv4 address; one `::` stands for one group or more (RFC 4291,
    /// section 2.2).
    package init?(ipv6 text: Span<UInt8>) {
        let colon = UInt8(ascii: ":")
        var groups = Groups()
        var index = 0
        if text.count >= 2, text[0] == colon, text[1] == colon {
            groups.markGap()
            index = 2
        }
        while index < text.count {
            let start = index
            var number: UInt32 = 0
            while index < text.count, index - start < 5, let digit = Self.digit(text[index]) {
                number = number << 4 | UInt32(digit)
                index += 1
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard let ipv4 = Self.ipv4(text, start..<text.count),
                    groups.append(UInt64(ipv4 >> 16)), groups.append(UInt64(ipv4 & 0xffff))
                else { return nil }
                break
            }
            guard 1...4 ~= index - start, groups.append(UInt64(number)) else { return nil }
            if index == text.count { break }
            guard text[index] == colon, index + 1 < text.count else { return nil }
            index += 1
            if text[index] == colon {
                guard groups.markGap() else { return nil }
                index += 1
            }
        }
        guard let (high, low) = groups.halves else { return nil }
        self.init(ipv6: high, low)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The groups before and after a `::`.
    private struct Groups {
        private var groups = InlineArray<8, UInt64>(repeating: 0)
        private var count = 0
        private var gap: Int?

        /// - Returns: false for a ninth group.
        mutating func append(_ group: UInt64) -> Bool {
            guard count < 8 else { return false }
            groups[count] = group
            count += 1
            return true
        }

        /// - Returns: false for a second gap.
        @discardableResult mutating func markGap() -> Bool {
            guard gap == nil else { return false }
            gap = count
            return true
        }

        var halves: (UInt64, UInt64)? {
            guard gap == nil ? count == 8 : count < 8 else { return nil }
            var (high, low): (UInt64, UInt64) = (0, 0)
            let before = gap ?? count
            for place in 0..<8 {
                let index = place < before ? place : place - (8 - count)
                let group = place < before || index >= before ? groups[index] : 0
                if place < 4 { high = high << 16 | group } else { low = low << 16 | group }
            }
            return (high, low)
        }
    }
}

// MARK: - Writing

extension IPAddress: CustomStringConvertible {
    /// As RFC 5952 writes it. An IPv4 address is written as one.
    package var description: String {
        if isIPv4 {
            let number = UInt32(truncatingIfNeeded: low)
            return "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { (half >> $0) & 0xffff } }
        let gap = Self.longestZeros(groups)
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return gap.isEmpty ? text(0..<8) : text(0..<gap.lowerBound) + "::" + text(gap.upperBound..<8)
    }

    /// The first of the longest runs of two zeros or more; empty if there is none.
    private static func longestZeros(_ groups: [UInt64]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(1, longest.count) { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
