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
                isIPv6(first + 1..<close, bytes)
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

    /// Eight groups of 16 bits, the last two of which may be an IPv4 address; one `::` stands for one group or more.
    private static func isIPv6(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        var index = range.lowerBound
        var groups = 0
        var isShortened = false
        while index < range.upperBound {
            if bytes[index] == ASCII.colon {
                guard index + 1 < range.upperBound, bytes[index + 1] == ASCII.colon, !isShortened else {
                    return false
                }
                isShortened = true
                index += 2
                continue
            }
            let end = bytes.end(of: { $0.hexadecimalValue != nil }, in: index..<range.upperBound)
            if end < range.upperBound, bytes[end] == UInt8(ascii: ".") {
                guard isIPv4(index..<range.upperBound, bytes) else { return false }
                groups += 2
                break
            }
            guard 1...4 ~= end - index else { return false }
            groups += 1
            index = end
            guard index < range.upperBound else { break }
            guard bytes[index] == ASCII.colon, index + 1 < range.upperBound else { return false }
            // The next colon is the second of a pair, which is checked above; else a group begins.
            if bytes[index + 1] != ASCII.colon { index += 1 }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    /// Four numbers up to 255, without leading zeros.
    private static func isIPv4(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        var rest = range
        for part in 1...4 {
            let end = bytes.end(of: { $0.isASCIIDigit }, in: rest)
            let digits = rest.lowerBound..<end
            guard 1...3 ~= digits.count, digits.count == 1 || bytes[digits.lowerBound] != UInt8(ascii: "0") else {
                return false
            }
            var number = 0
            for index in digits { number = number * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
            guard number <= 255 else { return false }
            if part == 4 { return end == rest.upperBound }
            guard end < rest.upperBound, bytes[end] == UInt8(ascii: ".") else { return false }
            rest = end + 1..<rest.upperBound
        }
        return false
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
