import Contract
import Linux
import Glibc

/// Where a master is asked how it does, and told what to do.
package enum ControlSocket {
    /// A unix socket that does not block, and that nobody but this user can connect to.
    package static func open(_ path: String) throws(ListenError) -> Listener {
        let address: BindAddress
        do {
            address = try BindAddress("unix:\(path)")
        } catch {
            throw ListenError("cannot listen on \(path): \(error); choose another path with --control")
        }
        do {
            let listener = Listener(try ListeningSocket.unix(path, backlog, mode: 0o600))
            listener.stopBlocking()
            return listener
        } catch {
            throw ListenError(address, error, choosing: "--control")
        }
    }

    private static let backlog = 16
}
