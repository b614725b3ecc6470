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
    /// Nil for a unix socket.
    let ip: IPAddress?

    var isLocal: Bool { ip == nil }

    /// What counts as one client (`IPAddress.network`). 0 for a unix socket.
    var network: UInt64 { ip?.network ?? 0 }

    /// Host and port as a Host field names them.
    var authority: String {
        if isLocal { return "localhost" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private init(host: String, port: UInt16, ip: IPAddress?) {
        self.host = host
        self.port = port
        self.ip = ip
    }

    init(_ ip: IPAddress, port: UInt16) {
        self.init(host: ip.description, port: port, ip: ip)
    }

    init(_ storage: sockaddr_storage) {
        var storage = storage
        let family = Int32(storage.ss_family)
        let address = withUnsafeBytes(of: &storage) { bytes -> (IPAddress, UInt16)? in
            switch family {
            case AF_INET:
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                return (
                    IPAddress(ipv4: UInt32(bigEndian: address.sin_addr.s_addr)), UInt16(bigEndian: address.sin_port)
                )
            case AF_INET6:
                var address = bytes.loadUnaligned(as: sockaddr_in6.self)
                let ip = withUnsafeBytes(of: &address.sin6_addr) {
                    IPAddress(
                        ipv6: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
                }
                return (ip, UInt16(bigEndian: address.sin6_port))
            default: return nil
            }
        }
        guard let address else {
            self.init(host: "", port: 0, ip: nil)
            return
        }
        self.init(address.0, port: address.1)
    }
}
