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
    /// The socket that this process opened itself; its file is removed when the process leaves.
    private var opened: ListeningSocket?

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
    /// - Parameter mode: the rights of a unix socket's file.
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
