/// Which peers are proxies that are believed about their clients: the value of `--forwarded-allow-ips`.
package struct TrustedProxies: Equatable, Sendable {
    private var networks: [Network] = []
    private var includesUnix = false
    private var includesEveryPeer = false

    /// Nobody: `off`.
    package static let none = TrustedProxies()

    /// A proxy on this machine.
    package static let onThisMachine: TrustedProxies = {
        var proxies = TrustedProxies()
        proxies.networks = ["127.0.0.1", "::1"].compactMap { IPAddress($0) }.map(Network.init)
        proxies.includesUnix = true
        return proxies
    }()

    private init() {}

    package init(_ text: String) throws(InvalidValue) {
        if text.lowercased() == "off" { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var word = part.drop { $0 == " " }
            while word.last == " " { word.removeLast() }
            switch word.lowercased() {
            case "*": includesEveryPeer = true
            case "unix": includesUnix = true
            default: networks.append(try Network(String(word)))
            }
        }
    }

    /// Whether the other end of a connection is believed.
    /// - Parameter address: nil for a unix socket.
    package func trustsPeer(_ address: IPAddress?) -> Bool {
        if includesEveryPeer { return true }
        return address.map(trusts) ?? includesUnix
    }

    /// Whether an address that a trusted proxy names is a trusted proxy too. `*` does not count here: if it did, a client
    /// could write any address in front of its own.
    package func trusts(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }
}

extension TrustedProxies: CustomStringConvertible {
    package var description: String {
        let words = (includesEveryPeer ? ["*"] : []) + networks.map(\.description) + (includesUnix ? ["unix"] : [])
        return words.isEmpty ? "off" : words.joined(separator: ",")
    }
}

/// All addresses with a common prefix (RFC 4632).
private struct Network: Equatable, Sendable, CustomStringConvertible {
    private let first: IPAddress
    /// Bits of the IPv6 form.
    private let length: Int

    init(_ address: IPAddress) {
        first = address
        length = 128
    }

    /// An address, or `address/length`.
    init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else {
            throw InvalidValue("'\(text)' is not an address, a network such as 10.0.0.0/8, unix, * or off")
        }
        // An IPv4 address may be written in its IPv6 form.
        let most = text.contains(":") ? 128 : 32
        let lengthText = parts.count == 2 ? String(parts[1]) : "\(most)"
        guard let bits = Int(lengthText), String(bits) == lengthText, 0...most ~= bits else {
            throw InvalidValue("'\(text)': give a length from 0 to \(most) after the slash")
        }
        length = 128 - most + bits
        first = address.prefix(length)
        guard first == address else {
            throw InvalidValue("'\(text)' has bits after its prefix; write \(self), or only \(address)")
        }
    }

    func contains(_ address: IPAddress) -> Bool { address.hasPrefix(length, of: first) }

    var description: String {
        if length == 128 { return "\(first)" }
        return "\(first)/\(first.isIPv4 && length >= 96 ? length - 96 : length)"
    }
}
