internal import CLinux
internal import Contract
internal import Linux
import Glibc

/// A listening socket, open as long as the process.
struct Listener: Sendable {
    let descriptor: Int32
    /// Host and port, for requests that name none.
    let authority: String
    /// 0 for a unix socket.
    let port: UInt16
    /// Of a unix socket that this process opened, and that is to lose its name when it leaves.
    private(set) var name: NameInFolder?

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

    /// A new one: for a worker that runs by itself, opened as a master opens its own.
    /// - Parameter mode: the rights of a unix socket's name.
    /// - Throws: what is wrong.
    init(binding address: BindAddress, backlog: Int, mode: Int) throws(ListenFailure) {
        let opened = try ListeningSocket.open(address, backlog: backlog, mode: mode)
        do {
            try self.init(inherited: opened.descriptor)
        } catch {
            opened.name?.remove()
            throw .system(error)
        }
        name = opened.name
    }
}
