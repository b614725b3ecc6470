import Contract
import Foundation
import Glibc

/// The processes that have a database open, found by the locks they hold (proc(5), /proc/locks).
///
/// In WAL mode, an open connection holds two shared locks: one on the main file and one on the `-shm` file. A process that
/// holds only one of them has opened the other file at a path that now leads elsewhere, so it writes to another log. Opening
/// the database beside it would make two histories.
///
/// No process is found if /proc is missing or shows other device numbers than stat(2) (btrfs, overlayfs).
struct DatabaseLockHolders: Equatable {
    /// Byte ranges of SQLite's file format: the shared lock on the main file, and the DMS byte of the `-shm` file.
    private static let mainLock: ClosedRange<Int> = 1_073_741_826...1_073_742_335
    private static let shmLock: ClosedRange<Int> = 128...128

    private let mainHolders: Set<pid_t>
    private let shmHolders: Set<pid_t>

    init(_ files: DatabaseFiles, locks: String = Self.locks()) {
        mainHolders = Self.holders(of: files.main, range: Self.mainLock, locks)
        shmHolders = Self.holders(of: files.shm, range: Self.shmLock, locks)
    }

    private static func locks() -> String {
        (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
    }

    private static func holders(of entry: DatabaseFiles.Entry, range: ClosedRange<Int>, _ locks: String) -> Set<pid_t> {
        guard case .file(let device, let inode, _) = entry else { return [] }
        // The layout of makedev(3).
        let major = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000
        let minor = device & 0xff | (device >> 12) & 0xffff_ff00
        let file = "\(String(hexadecimal: major, width: 2)):\(String(hexadecimal: minor, width: 2)):\(inode)"
        var holders: Set<pid_t> = []
        // 2: POSIX  ADVISORY  READ 3019 fe:00:6948264 1073741826 1073742335
        for line in locks.split(separator: "\n")
        where line.hasSuffix(" \(file) \(range.lowerBound) \(range.upperBound)") {
            let words = line.split(separator: " ")
            if words.count >= 8, let pid = pid_t(words[words.count - 4]), pid > 0 { holders.insert(pid) }
        }
        return holders
    }

    /// Why the files must not be opened now.
    /// - Parameter afterChange: whether the files at the paths have just changed. An empty log is suspicious then: the
    ///   holders of the `-shm` file may have another log open.
    func conflict(_ files: DatabaseFiles, at paths: DatabaseFiles.Paths, afterChange: Bool = false) -> String? {
        if let pid = mainHolders.subtracting(shmHolders).min() {
            return "\(Self.name(pid)) has \(paths.main) open with a -wal or -shm file that was since moved or removed; "
                + "it must close the database first"
        }
        if let pid = shmHolders.subtracting(mainHolders).min() {
            return "\(Self.name(pid)) uses \(paths.shm) with a file that used to be \(paths.main); "
                + "it must close the database first"
        }
        if let pid = shmHolders.min(), files.wal.isAbsent || afterChange && files.wal.isEmpty {
            return
                "\(paths.wal) was removed or replaced while \(Self.name(pid)) has it open; it must close the database first"
        }
        return nil
    }

    /// One of the processes, described for a message.
    var first: String? { mainHolders.union(shmHolders).min().map(Self.name) }

    /// As `first`, but fcntl(2) also finds processes of other PID namespaces (containers), and needs no matching device
    /// numbers. The calling process must not have the database open: closing the files here would release its own locks.
    static func first(at paths: DatabaseFiles.Paths) -> String? {
        if let holder = DatabaseLockHolders(DatabaseFiles(at: paths)).first { return holder }
        for (path, range) in [(paths.target, mainLock), (paths.shm, shmLock)] {
            if let holder = lockHolder(of: path, range) { return holder }
        }
        return nil
    }

    private static func lockHolder(of path: String, _ range: ClosedRange<Int>) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(range.lowerBound)
        lock.l_len = off_t(range.count)
        guard fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid > 0 ? name(lock.l_pid) : "a process (perhaps of another container)"
    }

    private static func name(_ pid: pid_t) -> String {
        let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
        return name.map { "process \(pid) (\($0.filter { !$0.isNewline }))" } ?? "process \(pid)"
    }
}
