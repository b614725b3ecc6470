package import Contract

extension Listener {
    /// What a listener is called while a service manager keeps it for this server: its address, in the letters that
    /// such a name may have (sd_pid_notify_with_fds(3): ASCII, no control character, no colon, fewer than 255).
    package var storeName: String { Self.storeName(of: address) }

    static let storePrefix = "brigade-"
    private static let longestName = 254
    private static let escape = UInt8(ascii: "=")

    /// A text with so many strange characters that it would be too long is told in hexadecimal digits whole.
    package static func storeName(of address: BindAddress) -> String {
        let bytes = Array(address.description.utf8)
        let text = bytes.map { isPlain($0) ? String(UnicodeScalar($0)) : "=" + hexadecimal($0) }.joined()
        let name = storePrefix + text
        if name.utf8.count <= longestName { return name }
        return String((storePrefix + "==" + bytes.map(hexadecimal).joined()).prefix(longestName))
    }

    /// The address in a name; nil when this server has not made the name.
    package static func address(inStoreName name: some StringProtocol) -> BindAddress? {
        guard name.hasPrefix(storePrefix) else { return nil }
        var rest = Array(name.utf8.dropFirst(storePrefix.utf8.count))[...]
        let isHexadecimal = rest.starts(with: [escape, escape])
        if isHexadecimal { rest.removeFirst(2) }
        var bytes: [UInt8] = []
        while let first = rest.first {
            guard isHexadecimal || first == escape else {
                bytes.append(first)
                rest.removeFirst()
                continue
            }
            let digits = rest.dropFirst(isHexadecimal ? 0 : 1).prefix(2)
            guard digits.count == 2, let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
            rest = rest[digits.endIndex...]
        }
        return String(validating: bytes, as: UTF8.self).flatMap { try? BindAddress($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: " ")...UInt8(ascii: "~")).contains(byte) && byte != UInt8(ascii: ":") && byte != escape
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
