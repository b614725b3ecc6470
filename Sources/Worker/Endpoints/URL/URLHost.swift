import Messages

/// The host of a URL (URL Standard, section 3.5).
enum URLHost {
    /// The host of a URL with a special scheme: a domain, an IPv4 address, or an IPv6 address in brackets.
    static func normalised(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        if host.first == UInt8(ascii: "[") { return try bracketed(host) }
        guard let domain = DomainName.ascii(PercentEncoding.decoded(host)) else {
            throw WebURLError(.invalidDomainName)
        }
        guard !domain.isEmpty else { throw WebURLError(.emptyHost) }
        guard IPv4Address.isExpected(in: domain) else { return domain }
        guard let address = IPv4Address(domain) else { throw WebURLError(.invalidIPv4Address) }
        return Array(address.description.utf8)
    }

    /// The host of a URL with another scheme, unchanged. It must not have a character that could end a host.
    static func opaque(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        if host.first == UInt8(ascii: "[") { return try bracketed(host) }
        guard !host.contains(where: { "\0 #/:<>?@[\\]^|".utf8.contains($0) }) else {
            throw WebURLError(.invalidDomainCharacter)
        }
        return Array(host)
    }

    private static func bracketed(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        guard host.count >= 2, host.last == UInt8(ascii: "]"), let address = IPv6Address(host.dropFirst().dropLast())
        else {
            throw WebURLError(.invalidIPv6Address)
        }
        return Array("[\(address)]".utf8)
    }
}

/// An IPv4 address in any form that `inet_aton` accepts: `127.1`, `0x7f.0.0.1`, `017700000001`.
private struct IPv4Address: CustomStringConvertible {
    private let value: UInt32

    /// Whether the last label is a number ("ends in a number"). Then the host is an address or invalid, never a name.
    static func isExpected(in domain: [UInt8]) -> Bool {
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
            // The last number fills all remaining bytes.
            let width = isLast ? 8 * UInt64(4 - index) : 8
            guard number < 1 << width else { return nil }
            value = value << width | number
        }
        self.value = UInt32(value)
    }

    var description: String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    /// A dot at the end is ignored.
    private static func labels(of domain: [UInt8]) -> [ArraySlice<UInt8>] {
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.last?.isEmpty == true ? labels.dropLast() : labels
    }

    /// A decimal, octal (`0…`) or hexadecimal (`0x…`) number; 2^32 if it is greater.
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

/// An IPv6 address, written as RFC 5952 says. URLs have no zones.
private struct IPv6Address: CustomStringConvertible {
    private var pieces: [UInt16] = []

    /// - Parameter text: without the brackets.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        /// The index of `::`.
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
        // A gap is at least one piece.
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

    /// The longest run of at least two zeros; the first of several.
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
