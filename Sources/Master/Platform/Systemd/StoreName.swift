package import Contract
package import Linux

/// The name of a listening socket in the service manager's store: its address, and the file of a unix socket, so that the next
/// master knows both.
///
/// The manager passes stored sockets and those of its socket units in one list, where only the names differ
/// (sd_listen_fds(3)). So this name begins with `=`, which no unit name contains.
package struct StoreName: Equatable {
    package let address: BindAddress
    /// Nil for an address that has no file.
    package let file: FileIdentity?

    package init(address: BindAddress, file: FileIdentity?) {
        self.address = address
        self.file = file
    }

    static let prefix = "=brigade="
    /// Fewer than 255 bytes, of visible ASCII and blanks without colons (sd_pid_notify_with_fds(3)).
    private static let longest = 254
    private static let escape = UInt8(ascii: "=")

    /// Whether the name has the prefix of this server.
    package static func isOurs(_ text: some StringProtocol) -> Bool { text.hasPrefix(prefix) }

    /// Nil if it would be too long, as with a host name of 240 letters.
    package var text: String? {
        let head: String
        let place: String
        switch address {
        case .tcp:
            head = "tcp"
            place = "\(address)"
        case .unix(let path):
            head = "\(String(file?.device ?? 0, radix: 16)).\(String(file?.inode ?? 0, radix: 16))"
            place = path
        }
        let bytes = Array(place.utf8)
        let escaped = bytes.map {
            Self.isPlain($0) ? String(UnicodeScalar($0)) : "=" + String(hexadecimal: $0, width: 2)
        }.joined()
        // If many escapes make it too long, the whole path is written in hexadecimal.
        return [escaped, "==" + bytes.map { String(hexadecimal: $0, width: 2) }.joined()].map {
            "\(Self.prefix)\(head) \($0)"
        }
        .first { $0.utf8.count <= Self.longest }
    }

    /// Nil if the name is not from this server.
    package init?(_ text: some StringProtocol) {
        guard Self.isOurs(text) else { return nil }
        let words = text.dropFirst(Self.prefix.count).split(
            separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, let place = Self.unescaped(words[1]) else { return nil }
        if words[0] == "tcp" {
            guard let address = try? BindAddress(place), case .tcp = address else { return nil }
            self.init(address: address, file: nil)
        } else {
            let numbers = words[0].split(separator: ".").map { UInt64($0, radix: 16) }
            guard numbers.count == 2, let device = numbers[0], let inode = numbers[1] else { return nil }
            guard let address = try? BindAddress("unix:\(place)") else { return nil }
            let file = FileIdentity(device: device, inode: inode)
            self.init(address: address, file: file == FileIdentity(device: 0, inode: 0) ? nil : file)
        }
    }

    private static func unescaped(_ text: some StringProtocol) -> String? {
        var rest = Array(text.utf8)[...]
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
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: " ")...UInt8(ascii: "~")).contains(byte) && byte != UInt8(ascii: ":") && byte != escape
    }
}

extension ListeningSocket {
    /// Nil if the socket cannot be stored.
    package var storeName: String? { StoreName(address: address, file: file).text }
}
