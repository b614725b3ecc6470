import Glibc

/// Which files a database consists of: SQLite's main file, its write-ahead log (`-wal`), and the log's index (`-shm`).
///
/// A file is its device and inode. Names can be given to other files while a process has these open: what is written
/// then goes to files that nobody will find.
struct DatabaseFiles: Equatable, Sendable {
    /// Where the files are.
    struct Paths: Equatable, Sendable {
        let main: String
        /// The file that a symbolic link leads to.
        let target: String
        /// Beside the target, as SQLite has them.
        let log: String
        let index: String

        init(_ location: DatabaseLocation) {
            main = location.path
            let resolved = realpath(location.path, nil)
            target = resolved.map { String(cString: $0) } ?? location.path
            free(resolved)
            log = target + "-wal"
            index = target + "-shm"
        }
    }

    /// What has a name.
    enum Entry: Equatable, Sendable {
        case file(device: UInt64, inode: UInt64, isEmpty: Bool)
        /// Something else, such as a folder.
        case other
        /// `errno` says why.
        case absent(Int32)

        init(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                self = .absent(errno)
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

        var isAbsent: Bool { self == .absent(ENOENT) }
    }

    let main: Entry
    let log: Entry
    let index: Entry

    init(at paths: Paths) {
        main = Entry(paths.main)
        log = Entry(paths.log)
        index = Entry(paths.index)
    }

    /// What has become of the files.
    struct Change: Error, Equatable {
        /// Names the file.
        let reason: String
        /// Whether there is no main file to go on with; the open one may be the last copy of what was stored.
        let isGone: Bool
    }

    /// How the files that have the names now differ from these; nil when they are the same ones.
    func change(to now: DatabaseFiles, at paths: Paths) -> Change? {
        switch now.main {
        case .absent(ENOENT):
            return Change(reason: "the database file \(paths.main) was moved or removed", isGone: true)
        case .absent(let code):
            let reason = String(cString: strerror(code))
            return Change(reason: "the database file \(paths.main) cannot be reached: \(reason)", isGone: true)
        case .other:
            return Change(reason: "the database file \(paths.main) was replaced by what is no file", isGone: true)
        case .file(_, _, let isEmpty):
            if isEmpty { return Change(reason: "the database file \(paths.main) was emptied", isGone: true) }
        }
        if !now.main.isSameFile(as: main) {
            return Change(reason: "the database file \(paths.main) was replaced by another file", isGone: false)
        }
        for (path, mine, theirs) in [(paths.log, log, now.log), (paths.index, index, now.index)]
        where !theirs.isSameFile(as: mine) {
            let what = theirs.isAbsent ? "was removed" : "was replaced"
            return Change(reason: "the database's file \(path) \(what)", isGone: false)
        }
        return nil
    }
}
