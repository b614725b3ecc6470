package import Contract

/// A stream socket that listens: the master's, and that of a worker which runs by itself.
package enum ListeningSocket {
    /// One that has just been opened. Whoever gets it owns its descriptor.
    package struct Opened {
        package let descriptor: Int32
        /// Where it listens; a port that the kernel chose is known here.
        package let address: BindAddress
        /// Of a unix socket.
        package let name: NameInFolder?
    }

    /// Binds and listens.
    /// - Parameters:
    ///   - backlog: the length of its queue.
    ///   - mode: the rights of a unix socket's name, whatever the umask.
    /// - Throws: what is wrong.
    package static func open(_ address: BindAddress, backlog: Int, mode: Int) throws(ListenFailure) -> Opened {
        switch address {
        case .tcp(let host, let port): try tcp(host, port, backlog)
        case .unix(let path): try unix(path, backlog, mode: mode)
        }
    }
}
