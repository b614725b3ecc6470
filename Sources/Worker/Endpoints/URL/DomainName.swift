import Messages
import _FoundationICU

/// A domain name in a URL (URL Standard, section 3.5, "domain to ASCII").
enum DomainName {
    /// The name in lower case, with international labels in Punycode; nil if it is not valid. The length limits of DNS are not
    /// checked.
    /// - Parameter domain: percent-decoded, so it may be any bytes.
    static func ascii(_ domain: ArraySlice<UInt8>) -> [UInt8]? {
        let lowercased = domain.map(\.asciiLowercased)
        let hasPunycode = lowercased.split(separator: UInt8(ascii: ".")).contains { $0.starts(with: "xn--".utf8) }
        let isPlain = !hasPunycode && lowercased.allSatisfy { $0 < 0x80 }
        let name = isPlain ? lowercased : international(domain, hasPunycode: hasPunycode)
        guard let name, !name.contains(where: isForbidden) else { return nil }
        return name
    }

    private static func international(_ domain: ArraySlice<UInt8>, hasPunycode: Bool) -> [UInt8]? {
        guard let text = String(validating: domain, as: UTF8.self), !hasUnsupportedScalar(text) else { return nil }
        if hasPunycode {
            guard let decoded = IDNA.converted(domain, to: .unicode),
                !hasUnsupportedScalar(String(decoding: decoded, as: UTF8.self))
            else { return nil }
        }
        return IDNA.converted(domain, to: .ascii)
    }

    /// The forbidden domain code points.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || "#%/:<>?@[\\]^|".utf8.contains(byte)
    }

    /// Only scalars of Unicode 15.1 are accepted, whatever version ICU has: which hosts are valid must not depend on the
    /// toolchain.
    private static func hasUnsupportedScalar(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            guard !scalar.isASCII else { return false }
            guard let age = scalar.properties.age else { return true }
            return age > (15, 1) || unsupported.contains { $0.contains(scalar.value) }
        }
    }

    /// Older scalars that UTS 46 accepts only since Unicode 16: capitals without a small letter until then, fillers, controls.
    private static let unsupported: [ClosedRange<UInt32>] = [
        0x04C0...0x04C0, 0x10A0...0x10C5, 0x115F...0x1160, 0x17B4...0x17B5, 0x1806...0x1806, 0x180E...0x180E,
        0x2061...0x2063, 0x206A...0x206F, 0x2132...0x2132, 0x2183...0x2183, 0x3164...0x3164, 0xFFA0...0xFFA0,
        0x1D173...0x1D17A,
    ]
}

/// The mapping, normalisation and validity checks of UTS 46 (nontransitional), by ICU.
///
/// This is the private ICU of the Swift toolchain, which Foundation itself links. Nothing public gives the same answers; on
/// 730,000 generated hosts:
/// - Foundation's `URL` calls this ICU, but rejects what the URL Standard accepts next to an international label: an empty
///   label (`ü..a`), a hyphen at the start, at the end or as third and fourth character of a label (`-ü`), a label above 63 or
///   a name above 253 bytes, and `"`, `` ` ``, `{` and `}`. It does not validate Punycode (`xn--a`).
/// - Debian 12's ICU 72 has Unicode 15.0: `ẞ` becomes `ss` rather than `ß`, and the 627 characters of Unicode 15.1 are
///   invalid. Each application would have to install it, with 36 MB at run time.
/// - libidn2 also checks IDNA 2008, which forbids emoji and most symbols.
private enum IDNA {
    enum Form {
        /// International labels in Punycode.
        case ascii
        /// Punycode decoded.
        case unicode
    }

    /// In bytes. ICU takes quadratic time in places, and no name in DNS has more than 253 bytes.
    private static let maximumLength = 16_384

    private static let options = UInt32(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE)

    /// The errors of VerifyDnsLength and CheckHyphens. The URL Standard turns both off.
    private static let ignoredErrors = UInt32(
        UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG
            | UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4)

    /// The domain in that form; nil if a label is not valid.
    /// - Parameter domain: UTF-8.
    static func converted(_ domain: ArraySlice<UInt8>, to form: Form) -> [UInt8]? {
        guard domain.count <= maximumLength else { return nil }
        var status = U_ZERO_ERROR
        // This is cheap, because ICU shares its tables: keeping one for all threads would gain nothing.
        guard let processing = swift_uidna_openUTS46(options, &status) else { return nil }
        defer { swift_uidna_close(processing) }

        let convert = form == .ascii ? swift_uidna_nameToASCII_UTF8 : swift_uidna_nameToUnicodeUTF8
        let source = domain.map { CChar(bitPattern: $0) }
        var name = [CChar](repeating: 0, count: 2 * source.count + 64)
        // A second time if the buffer was too small; then the length is known.
        for _ in 1...2 {
            var information = UIDNAInfo()
            information.size = Int16(MemoryLayout<UIDNAInfo>.size)
            status = U_ZERO_ERROR
            let count = Int(
                convert(processing, source, Int32(source.count), &name, Int32(name.count), &information, &status))
            if status == U_BUFFER_OVERFLOW_ERROR {
                name = [CChar](repeating: 0, count: count)
                continue
            }
            guard status.rawValue <= U_ZERO_ERROR.rawValue, information.errors & ~ignoredErrors == 0 else { return nil }
            return name.prefix(count).map { UInt8(bitPattern: $0) }
        }
        return nil
    }
}
