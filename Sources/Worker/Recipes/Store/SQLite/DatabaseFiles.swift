import Glibc

/// The files of a SQLite database in WAL mode: the main file, the write-ahead log (`-wal`), and the shared-memory index of
/// the log (`-shm`).
///
/// A file is identified by its device and inode. If a name is given to another file while a process has the database open,
/// that process goes on writing to files that nobody else will find.
struct DatabaseFiles: Equatable, Sendable {
    struct Paths: Equatable, Sendable {
        let main: String
        /// `main` with symbolic links resolved. SQLite puts the other two files beside it.
        let target: String
        let wal: String
        let shm: String

        init(_ location: DatabaseLocation) {
            main = location.path
            let resolved = realpath(location.path, nil)
            target = resolved.map { String(cString: $0) } ?? location.path
            free(resolved)
            wal = target + "-wal"
            shm = target + "-shm"
        }
    }

    /// What a path leads to.
    enum Entry: Equatable, Sendable {
        case file(device: UInt64, inode: UInt64, isEmpty: Bool)
        /// Something other than a regular file, such as a directory.
        case other
        case absent(errno: Int32)

        init(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                self = .absent(errno: errno)
                return
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                self = .other
                return
            }
            self = .file(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), isEmpty: status.st_size == 0)
        }

        func isSameFile(as other: Entry) -> Bool {
            guard case .file(let device, let inode, _) = self, case .file(device, inode, _) = other else {
                return false
            }
            return true
        }

        var isEmpty: Bool {
            if case .file(_, _, true) = self { true } else { false }
        }

        var isAbsent: Bool { self == .absent(errno: ENOENT) }
    }

    let main: Entry
    let wal: Entry
    let shm: Entry

    init(at paths: Paths) {
        main = Entry(paths.main)
        wal = Entry(paths.wal)
        shm = Entry(paths.shm)
    }

    /// What has happened to the files since they were opened.
    struct Change: Error, Equatable {
        /// Names the file.
        let reason: String
        /// There is no usable main file at the path. The open one may be the last copy of the data.
        let isMainFileGone: Bool
    }

    /// Compares these files, which are open, with those that the paths lead to now.
    func change(to now: DatabaseFiles, at paths: Paths) -> Change? {
        switch now.main {
        case .absent(ENOENT):
            return Change(reason: "the database file \(paths.main) was moved or removed", isMainFileGone: true)
        case .absent(let code):
            let reason = String(cString: strerror(code))
            return Change(reason: "the database file \(paths.main) cannot be reached: \(reason)", isMainFileGone: true)
        case .other:
            return Change(
                reason: "the database file \(paths.main) was replaced by something that is not a file",
                isMainFileGone: true)
        case .file(_, _, let isEmpty):
            if isEmpty { return Change(reason: "the database file \(paths.main) was emptied", isMainFileGone: true) }
        }
        if !now.main.isSameFile(as: main) {
            return Change(
                reason: "the database file \(paths.main) was replaced by another file", isMainFileGone: false)
        }
        for (path, open, found) in [(paths.wal, wal, now.wal), (paths.shm, shm, now.shm)]
        where !found.isSameFile(as: open) {
            let what = found.isAbsent ? "was removed" : "was replaced"
            return Change(reason: "the database file \(path) \(what)", isMainFileGone: false)
        }
        return nil
    }
}
