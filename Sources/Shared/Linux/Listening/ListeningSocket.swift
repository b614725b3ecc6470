internal import CLinux
package import Contract
import Glibc
internal import Synchronization
internal import SystemPackage

/// A listening stream socket, TCP or unix, of a master that shares it with its workers, or of a worker that runs by itself.
/// The file of a unix socket is removed with the value.
package final class ListeningSocket: Sendable {
    /// Where it listens; a port that the kernel chose is known here.
    package let address: BindAddress
    /// Whether a service manager gave it, and keeps a copy.
    package let isActivated: Bool
    /// The file that a unix socket of this server was bound to, whoever has its name by now.
    package let file: FileIdentity?
    private let socket: OwnedDescriptor
    private let name: OwnedPath?
    /// What `accept` gives up when no other descriptor is left.
    private let spare = Mutex<OwnedDescriptor?>(nil)

    /// Binds and listens. It blocks: the workers' accept threads wait in it.
    /// - Parameters:
    ///   - backlog: the length of its queue (listen(2)).
    ///   - mode: the rights of a unix socket's file, of which the umask takes nothing.
    ///   - setting: the one that chooses the address, for the error.
    /// - Throws: what is wrong, and what to do about it.
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
    ///   - address: where it listens; a port that the kernel chose is known.
    ///   - name: the file of a unix socket.
    init(owning socket: consuming OwnedDescriptor, at address: BindAddress, name: OwnedPath? = nil) {
        self.socket = socket
        self.address = address
        isActivated = false
        file = name?.file
        self.name = name
    }

    /// One that was opened before an exec of this process, by a master before this one, or by a service manager.
    /// - Parameters:
    ///   - file: what a unix socket of this server was bound to: its name is that file's alone. Nil for a socket that is not
    ///     to lose its name with this server.
    ///   - listens: whether it is refused unless it listens; one of this process's own is repaired instead.
    /// - Throws: EINVAL when it does not listen.
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

    /// Removes the file of a unix socket of this server, as long as it is still that socket's.
    package func removeFile() { name?.remove() }

    /// Whether its name still leads to it; a socket that has none of its own is always found.
    package var isFound: Bool {
        if let name { return name.isOurs }
        if case .unix = address { return isActivated }
        return true
    }

    /// For poll, and for the children.
    package var descriptor: Int32 { socket.number }

    /// For one that is this process's alone: O_NONBLOCK belongs to the socket, not to a process.
    package func stopBlocking() {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Makes a unix socket's file another user's. Nothing for any other socket, and for the service manager's.
    package func give(user: UInt32, group: UInt32) throws(SystemError) {
        try name?.give(user: user, group: group)
    }

    /// Gives a unix socket's name these rights, as `give(to:)` does.
    package func setMode(_ mode: Int) throws(SystemError) {
        try name?.setMode(mode)
    }

    /// Whether it is a stream socket on which somebody called listen(2).
    package static func listens(_ descriptor: Int32) -> Bool {
        option(SO_ACCEPTCONN, of: descriptor) == 1 && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    }

    private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }

    /// The next connection of a socket that does not block, non-blocking and close-on-exec; nil when there is none.
    ///
    /// When this process has no descriptor left, a spare one is closed, and the connection is accepted and closed. If it
    /// stayed in the queue, poll(2) would report the socket again and again.
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
    /// At the first address of the host that there is on this machine.
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

    /// - Parameter host: the name by which the address was found.
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
        // A port whose last connections still linger is free (socket(7)); one with a listener is not.
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try ListenError.Reason.attempt("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        if address.family == AF_INET6 {
            // [::] is every IPv6 address, and leaves 0.0.0.0 to whoever binds it.
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
