internal import CLinux
import Contract
import Glibc

extension Listener {
    /// Bound under a temporary name and renamed over: whoever connects meets a socket that listens, the old or the new.
    /// - Parameter mode: the name's rights, of which the umask takes its part.
    static func unix(_ path: String, _ backlog: Int, mode: mode_t = 0o777) throws(Failure) -> Listener {
        let (folderPath, name) = FilePath.split(path)
        let folder = try openFolder(folderPath)
        let turn = turn(in: folderPath)
        try refuseIfTaken(path, name, in: folder.number)

        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(owning: try attempt("socket") { Glibc.socket(AF_UNIX, type, 0) })
        let number = socket.number
        // The name gets the rights that the socket has when it is bound.
        _ = try attempt("fchmod") { fchmod(number, mode) }
        let temporary = try bind(number, in: folder.number, folderPath)
        guard let file = NameInFolder.look(temporary, in: folder.number) else {
            throw .system(SystemError("fstatat"))
        }
        do {
            _ = try check("listen") { listen(number, Int32(backlog)) }
            _ = try check("rename") { renameat(folder.number, temporary, folder.number, name) }
        } catch {
            unlinkat(folder.number, temporary, 0)
            throw .system(error)
        }
        _ = consume turn
        return Listener(
            socket: socket, address: .unix(path: path), name: NameInFolder(folder: folder, name: name, of: file))
    }

    /// Of masters that start at once, each looks who is there and puts its name there while no other does (flock(2)).
    /// - Returns: nil in a folder that cannot be locked, and when somebody holds the lock for long.
    private static func turn(in folderPath: String) -> FileDescriptor? {
        let number = Glibc.open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let folder = FileDescriptor(owning: number)
        for _ in 0..<1000 {
            if flock(number, LOCK_EX | LOCK_NB) == 0 { return folder }
            guard errno == EWOULDBLOCK else { return nil }
            poll(nil, 0, 1)
        }
        return nil
    }

    /// - Returns: the name, which nobody else has: masters in two containers may have one folder, and one pid.
    private static func bind(_ socket: Int32, in folder: Int32, _ folderPath: String) throws(Failure) -> String {
        let temporary = ".brigade-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        do {
            // By the folder's descriptor, so that the longest path allowed leaves room for the temporary name.
            _ = try check("bind") {
                UnixAddress.with(path: "/proc/self/fd/\(folder)/\(temporary)") { Glibc.bind(socket, $0, $1) }
            }
        } catch {
            throw .folder(folderPath, error)
        }
        return temporary
    }

    /// A socket that nobody listens on is what a killed server left behind; anything else is somebody's.
    private static func refuseIfTaken(_ path: String, _ name: String, in folder: Int32) throws(Failure) {
        guard try isSocket(name, in: folder) else { return }
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

    /// - Throws: what stands there and is neither a socket nor nothing.
    static func isSocket(_ name: String, in folder: Int32) throws(Failure) -> Bool {
        guard let file = NameInFolder.look(name, in: folder) else { return false }
        if file.isOf(S_IFLNK) { throw .symbolicLink }
        guard file.isOf(S_IFSOCK) else { throw .notASocket }
        return true
    }

    static func openFolder(_ path: String) throws(Failure) -> FileDescriptor {
        do {
            return try NameInFolder.openFolder(path)
        } catch {
            throw .folder(path, error)
        }
    }
}
