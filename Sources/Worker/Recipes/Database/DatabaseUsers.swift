import Foundation
import Glibc

/// Which processes have a database open, by the locks that they hold (proc(5), /proc/locks).
///
/// In WAL mode every connection holds two shared locks for as long as it is open: one of the main file, and one of the
/// log's index. A process that has only one of them has the other file open by a name that is another's by now: it writes
/// to another log. Nobody may open the database beside it, or there are two histories.
///
/// Where /proc is not there, or shows other devices than stat(2) does (btrfs, overlays), nobody is seen.
struct DatabaseUsers: Equatable {
    /// Byte ranges of SQLite's file format: the shared lock of the main file, and the index's DMS byte.
    private static let sharedLock: ClosedRange<Int> = 1_073_741_826...1_073_742_335
    private static let indexLock: ClosedRange<Int> = 128...128

    private let ofMain: Set<pid_t>
    private let ofIndex: Set<pid_t>

    init(_ files: DatabaseFiles, locks: String = Self.locks()) {
        ofMain = Self.holders(of: files.main, range: Self.sharedLock, locks)
        ofIndex = Self.holders(of: files.index, range: Self.indexLock, locks)
    }

    private static func locks() -> String {
        (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
    }

    private static func holders(of entry: DatabaseFiles.Entry, range: ClosedRange<Int>, _ locks: String) -> Set<pid_t> {
        guard case .file(let device, let inode, _) = entry else { return [] }
        // makedev(3): the kernel's numbers are these bits.
        let major = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000
        let minor = device & 0xff | (device >> 12) & 0xffff_ff00
        let file = "\(hexadecimal(major)):\(hexadecimal(minor)):\(inode)"
        var holders: Set<pid_t> = []
        // 2: POSIX  ADVISORY  READ 3019 fe:00:6948264 1073741826 1073742335
        for line in locks.split(separator: "\n")
        where line.hasSuffix(" \(file) \(range.lowerBound) \(range.upperBound)") {
            let words = line.split(separator: " ")
            if words.count >= 8, let pid = pid_t(words[words.count - 4]), pid > 0 { holders.insert(pid) }
        }
        return holders
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
    }

    /// Why the files must not be opened now; nil when they may be.
    /// - Parameter afterChange: whether names have just changed. Then an empty log is suspicious: those who use the index
    ///   may have another one open.
    func conflict(_ files: DatabaseFiles, at paths: DatabaseFiles.Paths, afterChange: Bool = false) -> String? {
        if let pid = ofMain.subtracting(ofIndex).min() {
            return "\(Self.name(pid)) has \(paths.main) open with a write-ahead log or an index that has another name, "
                + "or none, by now; it must close the database first"
        }
        if let pid = ofIndex.subtracting(ofMain).min() {
            return "\(Self.name(pid)) uses \(paths.index) with a file that was \(paths.main) before; "
                + "it must close the database first"
        }
        if let pid = ofIndex.min(), files.log.isAbsent || afterChange && files.log.isEmpty {
            return
                "\(paths.log) was removed or replaced while \(Self.name(pid)) has it open; it must close the database first"
        }
        return nil
    }

    /// One of them, by its name; nil when there are none.
    var anyone: String? { ofMain.union(ofIndex).min().map(Self.name) }

    /// One who has the database open, whoever that is: fcntl(2) also tells of locks of another PID namespace (a container),
    /// and where /proc/locks shows other devices. Not for a process that has the database open itself: it would lose its own
    /// locks, when a file is closed here.
    /// - Returns: nil when there is nobody.
    static func anyone(at paths: DatabaseFiles.Paths) -> String? {
        if let user = DatabaseUsers(DatabaseFiles(at: paths)).anyone { return user }
        for (path, range) in [(paths.target, sharedLock), (paths.index, indexLock)] {
            if let user = locker(of: path, range) { return user }
        }
        return nil
    }

    private static func locker(of path: String, _ range: ClosedRange<Int>) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(range.lowerBound)
        lock.l_len = off_t(range.count)
        guard fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid > 0 ? name(lock.l_pid) : "a process (of another container, perhaps)"
    }

    private static func name(_ pid: pid_t) -> String {
        let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
        return name.map { "process \(pid) (\($0.filter { !$0.isNewline }))" } ?? "process \(pid)"
    }
}
