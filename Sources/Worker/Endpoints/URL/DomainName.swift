/// A domain as URLs write it (URL Standard, "domain to ASCII").
enum DomainName {
    /// In lower case, international labels in Punycode; nil when it is no domain. The lengths of DNS are not asked for.
    /// - Parameter domain: percent-decoded, so it may be any bytes.
    static func ascii(_ domain: [UInt8]) -> [UInt8]? {
        let lowercased = domain.map(\.asciiLowercased)
        let hasPunycode = lowercased.split(separator: UInt8(ascii: ".")).contains { $0.starts(with: "xn--".utf8) }
        let isPlain = !hasPunycode && lowercased.allSatisfy { $0 < 0x80 }
        let name = isPlain ? lowercased : international(domain, hasPunycode: hasPunycode)
        guard let name, !name.contains(where: isForbidden) else { return nil }
        return name
    }

    private static func international(_ domain: [UInt8], hasPunycode: Bool) -> [UInt8]? {
        guard let text = String(validating: domain, as: UTF8.self), !hasRefusedScalar(text) else { return nil }
        if hasPunycode {
            guard let decoded = InternationalName.converted(domain, to: .unicode),
                !hasRefusedScalar(String(decoding: decoded, as: UTF8.self))
            else { return nil }
        }
        return InternationalName.converted(domain, to: .ascii)
    }

    /// The forbidden domain code points.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || "#%/:<>?@[\\]^|".utf8.contains(byte)
    }

    /// The rule is UTS 46 of Unicode 15.1, however new ICU is: a toolchain must not change which hosts are accepted.
    private static func hasRefusedScalar(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            guard !scalar.isASCII else { return false }
            guard let age = scalar.properties.age else { return true }
            return age > (15, 1) || refused.contains { $0.contains(scalar.value) }
        }
    }

    /// What Unicode 16 has made valid, mapped or ignored: capitals whose small letter came late, fillers, and controls.
    private static let refused: [ClosedRange<UInt32>] = [
        0x04C0...0x04C0, 0x10A0...0x10C5, 0x115F...0x1160, 0x17B4...0x17B5, 0x1806...0x1806, 0x180E...0x180E,
        0x2061...0x2063, 0x206A...0x206F, 0x2132...0x2132, 0x2183...0x2183, 0x3164...0x3164, 0xFFA0...0xFFA0,
        0x1D173...0x1D17A,
    ]
}
