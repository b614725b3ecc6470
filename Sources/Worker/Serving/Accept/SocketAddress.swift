internal import CLinux
import Glibc

/// An end of a connection.
struct SocketAddress: Sendable {
    /// The address in numbers; empty for a unix socket.
    let host: String
    let port: UInt16
    /// What is one client, as far as anybody can tell: an IPv4 address, the first 64 bits of an IPv6 one (RFC 6177). Not
    /// of a unix socket.
    let network: UInt64

    var isLocal: Bool { host.isEmpty }

    /// Host and port as a Host field names them.
    var authority: String {
        if isLocal { return "localhost" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether it is this machine's own: who runs a proxy here may speak for the clients behind it.
    let isTrusted: Bool

    init(_ storage: sockaddr_storage) {
        var storage = storage
        let family = Int32(storage.ss_family)
        (host, port, network) = withUnsafeBytes(of: &storage) { bytes -> (String, UInt16, UInt64) in
            switch family {
            case AF_INET:
                var address = bytes.loadUnaligned(as: sockaddr_in.self)
                let network = Self.network(ofIPv4: address.sin_addr.s_addr)
                return (Self.text(family, &address.sin_addr), UInt16(bigEndian: address.sin_port), network)
            case AF_INET6:
                var address = bytes.loadUnaligned(as: sockaddr_in6.self)
                let text = Self.text(family, &address.sin6_addr)
                // An IPv4 client of a socket that takes both.
                let mapped = "::ffff:"
                let isMapped = text.hasPrefix(mapped) && text.contains(".")
                let host = isMapped ? String(text.dropFirst(mapped.count)) : text
                let network = withUnsafeBytes(of: &address.sin6_addr) {
                    isMapped
                        ? Self.network(ofIPv4: $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
                        : UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
                }
                return (host, UInt16(bigEndian: address.sin6_port), network)
            default:
                return ("", 0, 0)
            }
        }
        isTrusted = host.isEmpty || host == "127.0.0.1" || host == "::1"
    }

    /// No IPv6 network begins like that.
    private static func network(ofIPv4 address: UInt32) -> UInt64 { 0xffff << 32 | UInt64(UInt32(bigEndian: address)) }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let base = buffer.baseAddress, inet_ntop(family, address, base, socklen_t(buffer.count)) != nil else {
                return ""
            }
            return String(cString: base)
        }
    }
}
