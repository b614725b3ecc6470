internal import Contract
internal import CLinux
import Glibc
internal import Synchronization
internal import SystemPackage

extension ListeningSocket {
    /// Bound under a temporary name and renamed over: whoever connects meets a socket that listens, the old or the new.
    /// - Parameter mode: the name's rights, of which the umask takes nothing.
    package static func unix(
        _ path: String, _ backlog: Int, mode: Int
    ) throws(ListenError.Reason) -> ListeningSocket {
        let (folderPath, name) = (FilePath(path).directory, FilePath(path).name)
        let folder = try openFolder(folderPath)
        let turn = OwnedPath.turn(in: folderPath)
        try refuseIfTaken(path, name, in: folder.number)

        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = OwnedDescriptor(
            owning: try ListenError.Reason.attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        let temporary = try bind(number, in: folder.number, folderPath, mode: mode)
        guard let file = OwnedPath.look(temporary, in: folder.number) else {
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
        _ = consume turn
        return ListeningSocket(owning: socket, at: .unix(path: path), name: kept)
    }

    /// The name gets the rights that the socket has when it is bound, less the umask (unix(7)). So there is no umask for
    /// the call, and no moment in which the name has more rights than it is to have. The umask is the process's, and no
    /// other thread makes files at this time: a master has none, and a worker listens before it has any.
    /// - Returns: the name, which nobody else has: masters in two containers may have one folder, and one pid.
    private static func bind(
        _ socket: Int32, in folder: Int32, _ folderPath: String, mode: Int
    ) throws(ListenError.Reason) -> String {
        let temporary = ".brigade-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        _ = try ListenError.Reason.attempt("fchmod") { fchmod(socket, mode_t(mode)) }
        // By the folder's descriptor, so that the longest path allowed leaves room for the temporary name. Where there is
        // no /proc it may do without.
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

    /// Of two that change it at once, one would make the other's the process's own.
    private static let umasks = Mutex(())

    /// A socket that nobody listens on is what a killed server left behind; anything else is somebody's.
    private static func refuseIfTaken(_ path: String, _ name: String, in folder: Int32) throws(ListenError.Reason) {
        guard try isSocket(name, in: folder) else { return }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let probe = OwnedDescriptor(owning: try ListenError.Reason.attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        do {
            _ = try check("connect") { UnixSocketAddress.connect(probe.number, to: path) }
        } catch {
            if error.errno == .connectionRefused || error.errno == .noSuchFileOrDirectory { return }
            // A full queue is a server too.
            if error.errno != .resourceTemporarilyUnavailable { throw .system(error) }
        }
        throw .inUse
    }

    /// - Throws: what stands there and is neither a socket nor nothing.
    static func isSocket(_ name: String, in folder: Int32) throws(ListenError.Reason) -> Bool {
        guard let file = OwnedPath.look(name, in: folder) else { return false }
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
