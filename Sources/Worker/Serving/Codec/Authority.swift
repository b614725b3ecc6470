/// Host and port, as a Host field or an absolute target names them (RFC 9110, section 7.2).
enum Authority {
    /// Whether it is `host`, `host:port` or `[address]:port`, the host not empty and nobody's name before an `@`.
    static func isValid(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard let first = range.first else { return false }
        var index = first
        if bytes[first] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: range), close > first + 2 else {
                return false
            }
            for inner in first + 1..<close {
                let byte = bytes[inner]
                guard Characters.hexadecimal(byte) != nil || byte == Characters.colon || byte == UInt8(ascii: ".")
                else {
                    return false
                }
            }
            index = close + 1
        } else {
            index = bytes.end(of: Characters.isRegisteredName, in: range)
            if index == first { return false }
        }
        if index == range.upperBound { return true }
        guard bytes[index] == Characters.colon else { return false }
        return isPort(index + 1..<range.upperBound, bytes)
    }

    private static func isPort(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard range.count <= 5, bytes.end(of: Characters.isDigit, in: range) == range.upperBound else { return false }
        var port = 0
        for index in range { port = port * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
        return port <= 65535
    }
}
