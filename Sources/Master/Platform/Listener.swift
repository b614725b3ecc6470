internal import CLinux
package import Contract
package import Linux
import Glibc

/// A listening socket of this server, shared by all its workers. A unix socket's name goes with it.
package final class Listener {
    /// Where it listens; a port that the kernel chose is known here.
    package let address: BindAddress
    /// Whether a service manager gave it, and keeps a copy.
    package let isActivated: Bool
    /// The file that a unix socket of this server was bound to, whoever has its name by now.
    package let file: FileIdentity?
    private let socket: FileDescriptor
    private let name: NameInFolder?
    /// What `accept` gives up when no other descriptor is left.
    var spare: FileDescriptor?

    /// Binds and listens. It blocks: the workers' accept threads wait in it.
    /// - Parameters:
    ///   - mode: the rights of a unix socket's name.
    ///   - setting: by which another address is chosen.
    /// - Throws: what is wrong, and what to do about it.
    package static func open(
        _ address: BindAddress, backlog: Int, mode: Int = Settings().socketMode, choosing setting: String = "--bind"
    ) throws(ListenError) -> Listener {
        do {
            return Listener(try ListeningSocket.open(address, backlog: backlog, mode: mode))
        } catch {
            throw ListenError(address, error, choosing: setting)
        }
    }

    init(_ opened: ListeningSocket.Opened) {
        socket = FileDescriptor(owning: opened.descriptor)
        address = opened.address
        isActivated = false
        file = opened.name?.file
        name = opened.name
    }

    /// One that was opened before an exec of this process, by a master before this one, or by a service manager.
    /// - Parameters:
    ///   - file: what a unix socket of this server was bound to: its name is that file's alone. Nil for a socket that is not
    ///     to lose its name with this server.
    ///   - listens: whether it is refused unless it listens; one of this process's own is mended instead.
    /// - Throws: EINVAL when it does not listen.
    package init(
        resuming descriptor: Int32, address: BindAddress, isActivated: Bool, file: FileIdentity? = nil,
        listens: Bool = true
    ) throws(SystemError) {
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard !listens || Self.listens(descriptor) else { throw SystemError("listen", errno: EINVAL) }
        socket = FileDescriptor(owning: descriptor)
        self.address = address
        self.isActivated = isActivated
        self.file = isActivated ? nil : file
        if case .unix(let path) = address, let file, !isActivated {
            name = try? NameInFolder(path: path, file: file)
        } else {
            name = nil
        }
    }

    deinit {
        name?.remove()
    }

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

    /// Makes a unix socket's name somebody else's; any other socket, and one of the service manager's, has none.
    package func give(to credentials: Credentials) throws(SystemError) {
        try name?.give(user: credentials.user, group: credentials.group)
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
}
