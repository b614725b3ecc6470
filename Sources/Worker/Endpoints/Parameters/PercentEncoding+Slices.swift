extension PercentEncoding {
    /// The decoded bytes; the same slice when there is nothing to decode, which is nearly always.
    static func decoded(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.contains(UInt8(ascii: "%")) ? decode(bytes)[...] : bytes
    }
}
