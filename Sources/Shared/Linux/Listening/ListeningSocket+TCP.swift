internal import Contract
internal import CLinux
import Glibc

extension ListeningSocket {
    /// At the first address of the host that there is on this machine.
    static func tcp(_ host: String, _ port: UInt16, _ backlog: Int) throws(ListenFailure) -> Opened {
        var failure = ListenFailure.unknownHost(reason: "it has no address")
        for address in try InternetAddress.resolve(host, port) {
            do {
                return try tcp(address, host: host, backlog)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// - Parameter host: the name by which the address was found.
    package static func tcp(
        _ address: InternetAddress, host: String, _ backlog: Int
    ) throws(ListenFailure) -> Opened {
        let socket = try bound(to: address)
        let number = socket.number
        do {
            _ = try check("listen") { listen(number, Int32(backlog)) }
        } catch {
            throw error.errno == EADDRINUSE ? .inUse : .system(error)
        }
        let port = InternetAddress(of: number)?.port ?? 0
        return Opened(descriptor: socket.release(), address: .tcp(host: host, port: port), name: nil)
    }

    static func bound(to address: InternetAddress) throws(ListenFailure) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(
            owning: try ListenFailure.attempt("socket") { Glibc.socket(address.family, type, 0) })
        let number = socket.number
        // A port whose last connections still linger is free (socket(7)); one with a listener is not.
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try ListenFailure.attempt("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        if address.family == AF_INET6 {
            // [::] is every IPv6 address, and leaves 0.0.0.0 to whoever binds it.
            _ = try ListenFailure.attempt("setsockopt") {
                setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
            }
        }
        do {
            _ = try check("bind") { address.with { bind(number, $0, $1) } }
        } catch {
            throw error.errno == EADDRINUSE ? .inUse : .system(error)
        }
        return socket
    }
}
