package import Contract
import Glibc

extension Listener {
    /// Whether the socket's folder is there and can be written to; nothing is bound, and a server may run.
    package static func checkFolder(of address: BindAddress) throws(ListenError) {
        guard case .unix(let path) = address else { return }
        let (folder, _) = split(path)
        do {
            _ = try check("access") { access(folder, W_OK | X_OK) }
        } catch {
            throw ListenError(address, .folder(folder, error))
        }
    }
}
