package import Contract
import Glibc

extension Listener {
    /// Whether the socket's folder is there and can be written to, and nothing but a socket stands at its path.
    ///
    /// Nothing is bound, and a server may run. Of an address that has no path there is nothing to say.
    package static func checkFolder(of address: BindAddress) throws(ListenError) {
        guard case .unix(let path) = address else { return }
        do {
            try checkFolder(path)
        } catch {
            throw ListenError(address, error)
        }
    }

    private static func checkFolder(_ path: String) throws(Failure) {
        let (folderPath, name) = FilePath.split(path)
        let folder = try openFolder(folderPath)
        do {
            // As this user's rights are, also where they are not those of whoever started it.
            _ = try check("access") { faccessat(AT_FDCWD, folderPath, W_OK | X_OK, AT_EACCESS) }
        } catch {
            throw .folder(folderPath, error)
        }
        _ = try isSocket(name, in: folder.number)
    }
}
