internal import CLinux
internal import Contract
import Glibc

/// A listening socket, open as long as the process.
struct Listener: Sendable {
    let descriptor: Int32
    /// Host and port, for requests that name none.
    let authority: String
    /// 0 for a unix socket.
    let port: UInt16

    /// Belongs to the socket, not to this process: whoever else holds it may have set it.
    var isNonBlocking: Bool { fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0 }

    /// One that was handed over.
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

    /// A new one: for a worker that runs by itself.
    init(binding address: BindAddress, backlog: Int) throws(SystemError) {
        switch address {
        case .tcp(let host, let port): try self.init(host: host, port: port, backlog: backlog)
        case .unix(let path): try self.init(path: path, backlog: backlog)
        }
    }

    private init(host: String, port: UInt16, backlog: Int) throws(SystemError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let found = list?.pointee else {
            throw SystemError("getaddrinfo", errno: EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(list) }
        try self.init(family: found.ai_family, found.ai_addr, found.ai_addrlen, backlog: backlog)
    }

    private init(path: String, backlog: Int) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        // What an earlier run left behind; a file of another kind is somebody's, and bind refuses it.
        var information = stat()
        if lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        var failure: SystemError?
        var made: Listener?
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                do throws(SystemError) {
                    made = try Listener(family: AF_UNIX, address, length, backlog: backlog)
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        self = made!
    }

    private init(
        family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t, backlog: Int
    ) throws(SystemError) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(owning: try check("socket") { Glibc.socket(family, type, 0) })
        let number = socket.number
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try check("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, size) }
        _ = try check("bind") { bind(number, address, length) }
        _ = try check("listen") { listen(number, Int32(backlog)) }
        try self.init(inherited: socket.release())
    }
}
