internal import CLinux
internal import Contract
internal import Linux
import Glibc

/// A listening socket of this worker, open as long as the process.
struct AcceptSocket: Sendable {
    let descriptor: Int32
    /// Host and port, for requests without a Host field.
    let authority: String
    /// 0 for a unix socket.
    let port: UInt16
    /// The socket that this process opened itself, in a worker without a master.
    private var opened: ListeningSocket?

    /// A socket that the master or a service manager handed over.
    init(inherited descriptor: Int32) throws(SystemError) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try check("getsockname") {
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
        }
        self.descriptor = descriptor
        let address = SocketAddress(storage)
        port = address.port
        authority = address.authority
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    /// A new socket, for a worker without a master. It is opened as a master opens its own.
    /// - Parameter mode: the permissions of a unix socket's path.
    init(binding address: BindAddress, backlog: Int, mode: Int) throws(ListenError) {
        let opened = try ListeningSocket.open(address, backlog: backlog, mode: mode, choosing: "BIND")
        do {
            try self.init(inherited: opened.descriptor)
        } catch {
            throw ListenError(address, .system(error), choosing: "BIND")
        }
        self.opened = opened
    }

    /// Removes the file of a unix socket that this process opened.
    func removeFile() { opened?.removeFile() }
}

/// One end of a connection.
struct SocketAddress: Sendable {
    /// The address in numbers; empty for a unix socket.
    let host: String
    let port: UInt16
    /// What counts as one client: the IPv4 address, or the first 64 bits of the IPv6 address (RFC 6177). 0 for a unix socket.
    let network: UInt64

    var isLocal: Bool { host.isEmpty }

    /// Host and port as a Host field names them.
    var authority: String {
        if isLocal { return "localhost" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether it is a loopback address or a unix socket. A proxy on this machine is trusted to name its clients.
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
                // An IPv4 client of a socket that accepts both.
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
