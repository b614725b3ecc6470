package import Contract
internal import CLinux
import Glibc

/// Where a socket stands (getsockname(2)).
package struct SocketName {
    package let address: BindAddress

    /// Nil when it is neither an internet nor a unix socket.
    package init?(of descriptor: Int32) {
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
            address = .tcp(host: Self.text(host), port: port)
        case AF_UNIX:
            let path = withUnsafeBytes(of: &storage) { bytes in
                let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!
                var name = Array(bytes[start..<max(start, Int(length))])
                if name.first == 0 { name[0] = UInt8(ascii: "@") }
                return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            address = .unix(path: path)
        default: return nil
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
