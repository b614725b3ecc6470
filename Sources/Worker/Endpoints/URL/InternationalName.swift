import _FoundationICU

/// The mapping, normalisation and checks of UTS 46, non-transitional, by the ICU that comes with the Swift toolchain.
enum InternationalName {
    enum Form {
        /// International labels in Punycode.
        case ascii
        /// Punycode decoded.
        case unicode
    }

    /// ICU's work grows with the square of the length in places. DNS knows no name above 253 bytes.
    private static let longest = 16_384

    private static let options = UInt32(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE)

    /// VerifyDnsLength and CheckHyphens, which are false for URLs.
    private static let harmless = UInt32(
        UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG
            | UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4)

    /// The domain in that form; nil when a label is not valid.
    /// - Parameter domain: UTF-8.
    static func converted(_ domain: [UInt8], to form: Form) -> [UInt8]? {
        guard domain.count <= longest else { return nil }
        var status = U_ZERO_ERROR
        // Its tables are ICU's own and shared: to keep one such object for all threads would gain nothing.
        guard let processing = swift_uidna_openUTS46(options, &status) else { return nil }
        defer { swift_uidna_close(processing) }

        let convert = form == .ascii ? swift_uidna_nameToASCII_UTF8 : swift_uidna_nameToUnicodeUTF8
        let source = domain.map { CChar(bitPattern: $0) }
        var name = [CChar](repeating: 0, count: 2 * source.count + 64)
        var count = 0
        // Once more when the name grew beyond its buffer: then its length is known.
        for _ in 1...2 {
            var information = UIDNAInfo()
            information.size = Int16(MemoryLayout<UIDNAInfo>.size)
            status = U_ZERO_ERROR
            count = Int(
                convert(processing, source, Int32(source.count), &name, Int32(name.count), &information, &status))
            if status == U_BUFFER_OVERFLOW_ERROR {
                name = [CChar](repeating: 0, count: count)
                continue
            }
            guard status.rawValue <= U_ZERO_ERROR.rawValue, information.errors & ~harmless == 0 else { return nil }
            return name.prefix(count).map { UInt8(bitPattern: $0) }
        }
        return nil
    }
}
