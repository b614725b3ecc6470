import Contract
import Glibc
import Platform

extension Plan {
    /// Whether what the settings name can be there: sockets, files, the user and the group.
    func checkPlaces() throws(StartError) {
        do {
            for address in settings.bind { try Listener.checkFolder(of: address) }
            if let control = settings.control { try Listener.checkFolder(of: .unix(path: control)) }
        } catch {
            throw StartError(.usage, "\(error)")
        }
        if let pidfile = settings.pidfile { try Self.checkFile(pidfile, of: "pidfile") }
        if case .file(let path) = settings.accessLog { try Self.checkFile(path, of: "access-log") }
        _ = try credentials()
    }

    /// Whether the file can be written, or be made. Right to search and to write are all that its folder must give.
    private static func checkFile(_ path: String, of flag: String) throws(StartError) {
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT != S_IFDIR else {
                throw StartError(.usage, "--\(flag): \(path) is a folder; give the path of a file")
            }
            guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
                throw StartError(.usage, "--\(flag): \(path) cannot be written (\(reason)); let this user write to it")
            }
            return
        }
        let (folder, _) = FilePath.split(path)
        guard stat(folder, &information) == 0, faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 else {
            throw StartError(
                .usage,
                "--\(flag): the folder \(folder) cannot be used (\(reason)); make it and let this user write to it")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
