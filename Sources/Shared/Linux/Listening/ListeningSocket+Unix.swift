internal import Contract
internal import CLinux
import Glibc
internal import Synchronization
internal import SystemPackage

extension ListeningSocket {
    /// Binds to a temporary name and renames it: a client always finds a socket that listens, the old or the new one.
    /// - Parameter mode: of the file; the umask does not apply.
    package static func unix(
        _ path: String, _ backlog: Int, mode: Int
    ) throws(ListenError.Reason) -> ListeningSocket {
        let (folderPath, name) = (FilePath(path).directory, FilePath(path).name)
        let folder = try openFolder(folderPath)
        let lock = OwnedPath.lockFolder(folderPath)
        try checkNotInUse(path, name, in: folder.number)

        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = OwnedDescriptor(
            owning: try ListenError.Reason.attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        let temporary = try bind(number, in: folder.number, folderPath, mode: mode)
        guard let file = OwnedPath.fileStatus(temporary, in: folder.number) else {
            throw .system(SystemError("fstatat"))
        }
        let kept: OwnedPath
        do {
            kept = try OwnedPath(path: path, file: FileIdentity(of: file))
            _ = try check("listen") { listen(number, Int32(backlog)) }
            _ = try check("rename") { renameat(folder.number, temporary, folder.number, name) }
        } catch {
            unlinkat(folder.number, temporary, 0)
            throw .system(error)
        }
        _ = consume lock
        return ListeningSocket(owning: socket, at: .unix(path: path), name: kept)
    }

    /// The file gets the mode of the socket at bind(2), less the umask (unix(7)). So the umask is 0 during the call, and the
    /// file never has a wider mode than asked for. The umask belongs to the process, but no other thread creates files now:
    /// a master has no other thread, and a worker listens before it starts one.
    /// - Returns: the name. It is random, because masters in two containers may share a folder and have the same pid.
    private static func bind(
        _ socket: Int32, in folder: Int32, _ folderPath: String, mode: Int
    ) throws(ListenError.Reason) -> String {
        let temporary = ".brigade-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        _ = try ListenError.Reason.attempt("fchmod") { fchmod(socket, mode_t(mode)) }
        // Through the descriptor of the folder, so that the temporary name fits even if the path is as long as allowed. The
        // plain path is for hosts without /proc.
        var paths = ["/proc/self/fd/\(folder)/\(temporary)", "\(folderPath)/\(temporary)"][...]
        while let path = paths.popFirst() {
            do throws(SystemError) {
                guard path.utf8.count <= BindAddress.longestPath else {
                    throw SystemError("bind", errno: .fileNameTooLong)
                }
                _ = try check("bind") {
                    withoutUmask { UnixSocketAddress.with(path: path) { Glibc.bind(socket, $0, $1) } }
                }
                return temporary
            } catch {
                if paths.isEmpty || error.errno != .noSuchFileOrDirectory { throw .folder(folderPath, error) }
            }
        }
        return temporary
    }

    private static func withoutUmask(_ call: () -> Int32) -> Int32 {
        umasks.withLock { _ in
            let mask = umask(0)
            defer { umask(mask) }
            return call()
        }
    }

    /// Two threads that change the umask at once could leave it at 0.
    private static let umasks = Mutex(())

    /// A socket on which no process listens was left by a killed server and may be replaced; anything else may not.
    private static func checkNotInUse(_ path: String, _ name: String, in folder: Int32) throws(ListenError.Reason) {
        guard try isSocket(name, in: folder) else { return }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let probe = OwnedDescriptor(owning: try ListenError.Reason.attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        do {
            _ = try check("connect") { UnixSocketAddress.connect(probe.number, to: path) }
        } catch {
            if error.errno == .connectionRefused || error.errno == .noSuchFileOrDirectory { return }
            // EAGAIN: the backlog is full, so a server listens.
            if error.errno != .resourceTemporarilyUnavailable { throw .system(error) }
        }
        throw .inUse
    }

    /// - Throws: if the name exists and is not a socket.
    static func isSocket(_ name: String, in folder: Int32) throws(ListenError.Reason) -> Bool {
        guard let file = OwnedPath.fileStatus(name, in: folder) else { return false }
        if file.isOf(S_IFLNK) { throw .symbolicLink }
        guard file.isOf(S_IFSOCK) else { throw .notASocket }
        return true
    }

    static func openFolder(_ path: String) throws(ListenError.Reason) -> OwnedDescriptor {
        do {
            return try OwnedPath.openFolder(path)
        } catch {
            throw .folder(path, error)
        }
    }
}
