internal import CLinux
package import Contract
import Glibc

/// An IPv4 or IPv6 address with a port, in the kernel's form (ip(7), ipv6(7)).
package struct InternetAddress: Equatable {
    private var storage: sockaddr_storage
    private let length: socklen_t

    package var family: Int32 { Int32(storage.ss_family) }

    package var port: UInt16 {
        get {
            withUnsafeBytes(of: storage) {
                UInt16(bigEndian: $0.load(fromByteOffset: Self.portOffset, as: UInt16.self))
            }
        }
        set {
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: newValue.bigEndian, toByteOffset: Self.portOffset, as: UInt16.self)
            }
        }
    }

    /// The same in both families.
    private static let portOffset = MemoryLayout<sockaddr_in>.offset(of: \.sin_port)!

    private init(_ name: UnsafePointer<sockaddr>, _ length: socklen_t) {
        storage = sockaddr_storage()
        self.length = length
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: name, count: min(Int(length), $0.count)))
        }
    }

    /// The local address of a socket; nil for other families.
    package init?(of descriptor: Int32) {
        storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        self.length = length
        guard named == 0, [AF_INET, AF_INET6].contains(family) else { return nil }
    }

    /// All addresses of a host name or a numeric address, in the order to try them (getaddrinfo(3)).
    package static func resolve(_ host: String, _ port: UInt16) throws(ListenError.Reason) -> [InternetAddress] {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        guard result == 0 else {
            let reason =
                result == EAI_SYSTEM ? SystemError("getaddrinfo").description : String(cString: gai_strerror(result))
            throw .unknownHost(reason: "the host '\(host)' cannot be resolved (\(reason))")
        }
        defer { freeaddrinfo(found) }
        var addresses: [InternetAddress] = []
        var next = found
        while let candidate = next?.pointee {
            if let name = candidate.ai_addr { addresses.append(InternetAddress(name, candidate.ai_addrlen)) }
            next = candidate.ai_next
        }
        guard !addresses.isEmpty else { throw .unknownHost(reason: "the host '\(host)' has no address") }
        return addresses
    }

    func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Whether it is 0.0.0.0 or [::].
    package var isEveryAddress: Bool { host.allSatisfy { $0 == 0 } }

    /// Whether two sockets cannot listen on both.
    package func overlaps(_ other: InternetAddress) -> Bool {
        guard family == other.family, port == other.port, port != 0 else { return false }
        return isEveryAddress || other.isEveryAddress || (host == other.host && scope == other.scope)
    }

    package static func == (one: InternetAddress, other: InternetAddress) -> Bool {
        one.family == other.family && one.port == other.port && one.host == other.host && one.scope == other.scope
    }

    private var host: [UInt8] {
        withUnsafeBytes(of: storage) { bytes in
            family == AF_INET
                ? Array(bytes[MemoryLayout<sockaddr_in>.offset(of: \.sin_addr)!...].prefix(4))
                : Array(bytes[MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr)!...].prefix(16))
        }
    }

    /// The interface of a link-local address.
    private var scope: UInt32 {
        guard family == AF_INET6 else { return 0 }
        return withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self).sin6_scope_id }
    }
}

extension BindAddress {
    /// The address that a socket is bound to (getsockname(2)); nil for other families.
    package init?(boundTo descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { return nil }
        switch Int32(storage.ss_family) {
        case AF_INET, AF_INET6:
            var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
            let result = withUnsafePointer(to: &storage) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getnameinfo(
                        $0, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
                        NI_NUMERICHOST | NI_NUMERICSERV)
                }
            }
            guard result == 0, let port = UInt16(Self.text(service)) else { return nil }
            self = .tcp(host: Self.text(host), port: port)
        case AF_UNIX:
            let path = withUnsafeBytes(of: &storage) { bytes in
                let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!
                var name = Array(bytes[start..<max(start, Int(length))])
                if name.first == 0 { name[0] = UInt8(ascii: "@") }
                return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            self = .unix(path: path)
        default: return nil
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The address of a unix socket (unix(7)).
package enum UnixSocketAddress {
    /// connect(2).
    /// - Parameter path: at most `BindAddress.longestPath` bytes; a leading `@` stands for the NUL of an abstract name.
    package static func connect(_ socket: Int32, to path: String) -> Int32 {
        with(path: path) { Glibc.connect(socket, $0, $1) }
    }

    /// Sends a datagram, and a descriptor with it unless that is -1.
    package static func send(_ bytes: [UInt8], _ descriptor: Int32, by socket: Int32, to path: String) -> Int {
        with(path: path) { brigade_send(socket, $0, $1, bytes, bytes.count, descriptor) }
    }

    static func with<Result>(path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8.prefix(BindAddress.longestPath))
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // An abstract name ends where the address ends; a path ends with a NUL.
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
