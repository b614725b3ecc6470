/// The path below which clients see an application: the value of `--root-path`, and of X-Forwarded-Prefix.
package enum RootPath {
    private static let maxBytes = 256

    /// The path without slashes at its end, so empty for `/`. Nil if it is not a path that can stand in a URL, a page and a
    /// log as it is: segments of unreserved characters (RFC 3986, section 2.3) that are not empty, `.` or `..`.
    package static func normalized(_ text: Span<UInt8>) -> String? {
        let slash = UInt8(ascii: "/")
        guard 1...maxBytes ~= text.count, text[0] == slash else { return nil }
        var end = text.count
        while end > 0, text[end - 1] == slash { end -= 1 }
        guard text.count - end <= 1 else { return nil }
        var segment = 0
        var dots = 0
        for index in 1..<max(1, end) {
            if text[index] == slash {
                guard segment > 0, segment > 2 || dots < segment else { return nil }
                (segment, dots) = (0, 0)
                continue
            }
            guard isUnreserved(text[index]) else { return nil }
            segment += 1
            if text[index] == UInt8(ascii: ".") { dots += 1 }
        }
        guard end == 0 || segment > 2 || dots < segment else { return nil }
        return text.extracting(0..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
