/// The characters that names are made of: tchar of RFC 9110, section 5.6.2.
public enum Token {
    // One bit for each of the bytes 0 to 63, and 64 to 127: letters, digits and !#$%&'*+-.^_`|~
    @usableFromInline static let low: UInt64 = 0x03ff_6cfa_0000_0000
    @usableFromInline static let high: UInt64 = 0x57ff_ffff_c7ff_fffe

    /// Whether a name may hold the byte.
    @inlinable @inline(__always) public static func holds(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        let bits = byte < 64 ? low : high
        return bits >> UInt64(byte & 63) & 1 == 1
    }
}
