/// An IPv4 address in any of the forms that `inet_aton` has ever read: `127.1`, `0x7f.0.0.1`, `017700000001`.
struct IPv4Address: CustomStringConvertible {
    private let value: UInt32

    /// Whether the last label is a number: then the host is an address, or an error, and never a name.
    static func isMeant(by domain: [UInt8]) -> Bool {
        guard let last = labels(of: domain).last else { return false }
        return number(last) != nil || (!last.isEmpty && last.allSatisfy(\.isASCIIDigit))
    }

    init?(_ domain: [UInt8]) {
        let labels = Self.labels(of: domain)
        guard (1...4).contains(labels.count) else { return nil }
        var value: UInt64 = 0
        for (index, label) in labels.enumerated() {
            guard let number = Self.number(label) else { return nil }
            let isLast = index == labels.count - 1
            // The last number fills all bytes that are left.
            let width = isLast ? 8 * UInt64(4 - index) : 8
            guard number < 1 << width else { return nil }
            value = value << width | number
        }
        self.value = UInt32(value)
    }

    var description: String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    /// One dot at the end counts for nothing.
    private static func labels(of domain: [UInt8]) -> [ArraySlice<UInt8>] {
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.last?.isEmpty == true ? labels.dropLast() : labels
    }

    /// A decimal, octal (`0…`) or hexadecimal (`0x…`) number; 2^32 for all that are greater.
    private static func number(_ label: ArraySlice<UInt8>) -> UInt64? {
        guard !label.isEmpty else { return nil }
        var digits = label
        var radix: UInt64 = 10
        if label.first == UInt8(ascii: "0"), label.count > 1 {
            let isHexadecimal = label.dropFirst().first == UInt8(ascii: "x")
            radix = isHexadecimal ? 16 : 8
            digits = label.dropFirst(isHexadecimal ? 2 : 1)
        }
        var number: UInt64 = 0
        for byte in digits {
            guard let digit = byte.hexadecimalValue, digit < radix else { return nil }
            number = min(number * radix + UInt64(digit), 1 << 32)
        }
        return number
    }
}
