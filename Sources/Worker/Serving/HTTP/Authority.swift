internal import Contract
import Messages

/// Host and port, as a Host field or an absolute target names them: `uri-host [ ":" port ]` (RFC 9110, section 7.2).
enum Authority {
    /// Whether it is `host`, `host:port` or `[address]:port` by the grammar of RFC 3986, section 3.2.2, with a host that is not
    /// empty and without userinfo. IPvFuture is invalid: no version of it exists.
    static func isValid(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard let first = range.first else { return false }
        var index = first
        if bytes[first] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: range),
                IPAddress(ipv6: bytes.extracting(first + 1..<close)) != nil
            else { return false }
            index = close + 1
        } else {
            index = endOfName(range, bytes)
            if index == first { return false }
        }
        if index == range.upperBound { return true }
        guard bytes[index] == ASCII.colon else { return false }
        return isPort(index + 1..<range.upperBound, bytes)
    }

    /// Where a registered name ends; an IPv4 address is one too. A `%` belongs to it only with its two digits.
    private static func endOfName(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        var index = bytes.end(of: ASCII.isRegisteredName, in: range)
        while index + 2 < range.upperBound, bytes[index] == UInt8(ascii: "%"),
            bytes[index + 1].hexadecimalValue != nil, bytes[index + 2].hexadecimalValue != nil
        {
            index = bytes.end(of: ASCII.isRegisteredName, in: index + 3..<range.upperBound)
        }
        return index
    }

    private static func isPort(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard range.count <= 5 else { return false }
        var port = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return false }
            port = port &* 10 &+ Int(digit)
        }
        return port <= 65535
    }
}
