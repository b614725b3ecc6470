internal import CLinux
import Contract
import Glibc

extension Listener {
    /// Bound under a temporary name and renamed over: whoever connects meets a socket that listens, the old or the new.
    static func unix(_ path: String, _ backlog: Int) throws(Failure) -> Listener {
        let (folderPath, name) = split(path)
        let folder = try openFolder(folderPath)
        try refuseIfTaken(path, name, in: folder.number)

        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(owning: try attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        let temporary = ".brigade-\(getpid())"
        unlinkat(folder.number, temporary, 0)
        do {
            // By the folder's descriptor, so that the longest path allowed leaves room for the temporary name.
            _ = try check("bind") {
                UnixAddress.with(path: "/proc/self/fd/\(folder.number)/\(temporary)") { bind(number, $0, $1) }
            }
        } catch {
            throw .folder(folderPath, error)
        }
        var information = stat()
        do {
            _ = try check("fstatat") { fstatat(folder.number, temporary, &information, AT_SYMLINK_NOFOLLOW) }
            _ = try check("listen") { listen(number, Int32(backlog)) }
            _ = try check("rename") { renameat(folder.number, temporary, folder.number, name) }
        } catch {
            unlinkat(folder.number, temporary, 0)
            throw .system(error)
        }
        let kept = UnixName(folder: folder, name: name, device: information.st_dev, inode: information.st_ino)
        return Listener(socket: socket, address: .unix(path: path), name: kept)
    }

    /// A socket that nobody listens on is what a killed server left behind; anything else is somebody's.
    private static func refuseIfTaken(_ path: String, _ name: String, in folder: Int32) throws(Failure) {
        var information = stat()
        guard fstatat(folder, name, &information, 0) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let probe = FileDescriptor(owning: try attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        do {
            _ = try check("connect") { UnixAddress.with(path: path) { connect(probe.number, $0, $1) } }
        } catch {
            if error.errno == ECONNREFUSED || error.errno == ENOENT { return }
            // A full queue is a server too.
            if error.errno != EAGAIN { throw .system(error) }
        }
        throw .inUse
    }

    private static func openFolder(_ path: String) throws(Failure) -> FileDescriptor {
        do {
            return FileDescriptor(owning: try check("open") { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        } catch {
            throw .folder(path, error)
        }
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
