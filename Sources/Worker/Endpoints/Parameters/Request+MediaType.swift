internal import Messages

extension Request {
    /// The media type of the content in lower case, without its parameters; nil when the client names none.
    var mediaType: String? {
        guard let range = head.firstValue(of: "content-type") else { return nil }
        let value = head.bytes[range].prefix { $0 != UInt8(ascii: ";") }
        let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? value.startIndex
        return String(decoding: value[..<end], as: UTF8.self).lowercased()
    }
}
