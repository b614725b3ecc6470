internal import CLinux
package import Contract
import Glibc
internal import Synchronization
internal import SystemPackage

/// A listening stream socket, TCP or unix, of a master that shares it with its workers, or of a worker that runs by itself.
/// The file of a unix socket is removed with the value.
package final class ListeningSocket: Sendable {
    /// Where it listens. If the kernel chose the port, it is here.
    package let address: BindAddress
    /// Whether a service manager passed it, and keeps a copy.
    package let isActivated: Bool
    /// The file that a unix socket of this server was bound to. Its path may now lead to another file.
    package let file: FileIdentity?
    private let socket: OwnedDescriptor
    private let name: OwnedPath?
    /// `accept` closes it when the process has no descriptor left.
    private let spare = Mutex<OwnedDescriptor?>(nil)

    /// Binds and listens. The socket blocks: accept threads of the workers wait in accept(2).
    /// - Parameters:
    ///   - backlog: the length of its queue (listen(2)).
    ///   - mode: the mode of a unix socket's file; the umask does not apply.
    ///   - setting: the one that chooses the address, for the error.
    package static func open(
        _ address: BindAddress, backlog: Int, mode: Int = Settings().socketMode, choosing setting: String = "--bind"
    ) throws(ListenError) -> ListeningSocket {
        do {
            return switch address {
            case .tcp(let host, let port): try tcp(host, port, backlog)
            case .unix(let path): try unix(path, backlog, mode: mode)
            }
        } catch {
            throw ListenError(address, error, choosing: setting)
        }
    }

    /// - Parameters:
    ///   - address: where it listens, with the real port.
    ///   - name: the file of a unix socket.
    init(owning socket: consuming OwnedDescriptor, at address: BindAddress, name: OwnedPath? = nil) {
        self.socket = socket
        self.address = address
        isActivated = false
        file = name?.file
        self.name = name
    }

    /// A socket that was opened by this process before an exec, by an earlier master, or by a service manager.
    /// - Parameters:
    ///   - file: that a unix socket of this server was bound to. Nil if this server must not remove its file.
    ///   - listens: whether it must listen. An own socket that does not is repaired later.
    /// - Throws: EINVAL if it must listen and does not.
    package init(
        resuming descriptor: Int32, address: BindAddress, isActivated: Bool, file: FileIdentity? = nil,
        listens: Bool = true
    ) throws(SystemError) {
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard !listens || Self.listens(descriptor) else { throw SystemError("listen", errno: .invalidArgument) }
        socket = OwnedDescriptor(owning: descriptor)
        self.address = address
        self.isActivated = isActivated
        self.file = isActivated ? nil : file
        if case .unix(let path) = address, let file, !isActivated {
            name = try? OwnedPath(path: path, file: file)
        } else {
            name = nil
        }
    }

    deinit {
        removeFile()
    }

    /// Removes the file of a unix socket of this server, if the path still leads to it.
    package func removeFile() { name?.remove() }

    /// Whether its path still leads to it; always true for a socket without a file of its own.
    package var isFound: Bool {
        if let name { return name.isOurs }
        if case .unix = address { return isActivated }
        return true
    }

    /// For poll, and for the children.
    package var descriptor: Int32 { socket.number }

    /// Only for a socket that no other process shares: O_NONBLOCK belongs to the open file, not to a process.
    package func setNonBlocking() {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Changes the owner of a unix socket's file. No effect on other sockets and on the service manager's.
    package func setOwner(user: UInt32, group: UInt32) throws(SystemError) {
        try name?.setOwner(user: user, group: group)
    }

    /// Changes the mode of a unix socket's file; see `setOwner`.
    package func setMode(_ mode: Int) throws(SystemError) {
        try name?.setMode(mode)
    }

    /// Whether it is a listening stream socket.
    package static func listens(_ descriptor: Int32) -> Bool {
        option(SO_ACCEPTCONN, of: descriptor) == 1 && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    }

    private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }

    /// Accepts from a non-blocking socket. The connection is non-blocking and close-on-exec; nil if there is none.
    ///
    /// If this process has no descriptor left, it closes a spare one, and accepts and closes the connection. Otherwise poll(2)
    /// would report the socket again and again.
    package func accept() -> OwnedDescriptor? {
        spare.withLock { spare in
            if spare == nil { spare = Self.anyDescriptor }
            do throws(SystemError) {
                return try next()
            } catch {
                guard error.errno == .tooManyOpenFiles || error.errno == .tooManyOpenFilesInSystem, spare != nil else {
                    return nil
                }
                spare = nil
                _ = try? next()
                spare = Self.anyDescriptor
                return nil
            }
        }
    }

    private func next() throws(SystemError) -> OwnedDescriptor {
        var peer = sockaddr_storage()
        return OwnedDescriptor(owning: try check("accept") { brigade_accept(descriptor, &peer) })
    }

    private static var anyDescriptor: OwnedDescriptor? {
        let number = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        return number < 0 ? nil : OwnedDescriptor(owning: number)
    }
}

extension ListeningSocket {
    /// Listens at the first address of the host that this machine has.
    static func tcp(_ host: String, _ port: UInt16, _ backlog: Int) throws(ListenError.Reason) -> ListeningSocket {
        var failure = ListenError.Reason.unknownHost(reason: "it has no address")
        for address in try InternetAddress.resolve(host, port) {
            do {
                return try tcp(address, host: host, backlog)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// - Parameter host: the name that resolved to the address.
    static func tcp(
        _ address: InternetAddress, host: String, _ backlog: Int
    ) throws(ListenError.Reason) -> ListeningSocket {
        let socket = try bound(to: address)
        let number = socket.number
        do {
            _ = try check("listen") { listen(number, Int32(backlog)) }
        } catch {
            throw error.errno == .addressInUse ? .inUse : .system(error)
        }
        let port = InternetAddress(of: number)?.port ?? 0
        return ListeningSocket(owning: socket, at: .tcp(host: host, port: port))
    }

    static func bound(to address: InternetAddress) throws(ListenError.Reason) -> OwnedDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = OwnedDescriptor(
            owning: try ListenError.Reason.attempt("socket") { Glibc.socket(address.family, type, 0) })
        let number = socket.number
        // Allows a port with old connections in TIME_WAIT, but not one with a listener (socket(7)).
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try ListenError.Reason.attempt("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        if address.family == AF_INET6 {
            // [::] must not cover 0.0.0.0: both can be bound.
            _ = try ListenError.Reason.attempt("setsockopt") {
                setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
            }
        }
        do {
            _ = try check("bind") { address.with { bind(number, $0, $1) } }
        } catch {
            throw error.errno == .addressInUse ? .inUse : .system(error)
        }
        return socket
    }
}
