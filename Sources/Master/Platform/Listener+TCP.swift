internal import CLinux
import Contract
import Glibc

extension Listener {
    /// At the first address of the host that there is on this machine.
    static func tcp(_ host: String, _ port: UInt16, _ backlog: Int) throws(Failure) -> Listener {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        guard result == 0 else { throw .unknownHost(reason: String(cString: gai_strerror(result))) }
        defer { freeaddrinfo(found) }
        var failure = Failure.unknownHost(reason: "it has no address")
        var next = found
        while let candidate = next?.pointee {
            do {
                return try tcp(candidate, host, backlog)
            } catch {
                failure = error
            }
            next = candidate.ai_next
        }
        throw failure
    }

    private static func tcp(_ candidate: addrinfo, _ host: String, _ backlog: Int) throws(Failure) -> Listener {
        let type = candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(
            owning: try attempt("socket") { Glibc.socket(candidate.ai_family, type, candidate.ai_protocol) })
        let number = socket.number
        // A port whose last connections still linger is free (socket(7)); one with a listener is not.
        var on: Int32 = 1
        _ = try attempt("setsockopt") {
            setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        if candidate.ai_family == AF_INET6 {
            // [::] is every IPv6 address, and leaves 0.0.0.0 to whoever binds it.
            _ = try attempt("setsockopt") {
                setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        do {
            _ = try check("bind") { bind(number, candidate.ai_addr, candidate.ai_addrlen) }
            _ = try check("listen") { listen(number, Int32(backlog)) }
        } catch {
            throw error.errno == EADDRINUSE ? .inUse : .system(error)
        }
        let port = SocketName(of: number)?.port ?? 0
        return Listener(socket: socket, address: .tcp(host: host, port: port))
    }
}
