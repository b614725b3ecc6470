import Glibc

/// A write-ahead log that belongs to another file than the one that it stands beside: `cp backup.db recipes.db` puts new
/// content where an old log is left. SQLite cannot tell, and brings back what the log holds.
///
/// The file was written after the log, and yet is at none of the states that the log leads through. A checkpoint, which is
/// what else writes the file after the log, brings it to one of them: the state after one of the log's commits. (One that
/// was killed in the middle does not: a warning may be wrong then.)
struct OldLog {
    /// A warning; nil when the log is the file's own, is in use, or is not there.
    static func warning(_ location: DatabaseLocation) -> String? {
        let paths = DatabaseFiles.Paths(location)
        var main = stat()
        var log = stat()
        guard DatabaseUsers(DatabaseFiles(at: paths)).anyone == nil, stat(paths.main, &main) == 0,
            stat(paths.log, &log) == 0,
            (log.st_mtim.tv_sec, log.st_mtim.tv_nsec) < (main.st_mtim.tv_sec, main.st_mtim.tv_nsec),
            isElsewhere(paths)
        else { return nil }
        return
            "\(paths.main) is newer than its log \(paths.log), but at none of its commits: if it was put there to restore a "
            + "backup, the log has just brought old rows back; restore it again, by `recipe-worker restore FILE`"
    }

    /// Whether the log has commits, and the file's pages are at none of them.
    /// The format is https://sqlite.org/walformat.html, section 4. Nobody has the files open, or closing them here would
    /// take away this process's locks (fcntl(2)).
    private static func isElsewhere(_ paths: DatabaseFiles.Paths) -> Bool {
        let main = open(paths.main, O_RDONLY | O_CLOEXEC)
        let log = open(paths.log, O_RDONLY | O_CLOEXEC)
        defer { for file in [main, log] where file >= 0 { close(file) } }
        guard main >= 0, log >= 0, let header = bytes(log, at: 0, count: 32) else { return false }
        let pageSize = Int(number(header, at: 8))
        guard number(header, at: 0) & ~1 == 0x377f_0682, pageSize >= 512, pageSize <= 65536 else { return false }
        var offset = 32
        var differing: Set<UInt32> = []
        var hasCommits = false
        while let frame = bytes(log, at: offset, count: 24 + pageSize), frame[8..<16] == header[16..<24] {
            let page = number(frame, at: 0)
            let stored = bytes(main, at: (Int(page) - 1) * pageSize, count: pageSize)
            if let stored, stored.elementsEqual(frame[24...]) { differing.remove(page) } else { differing.insert(page) }
            if number(frame, at: 4) != 0 {
                if differing.isEmpty { return false }
                hasCommits = true
            }
            offset += frame.count
        }
        return hasCommits
    }

    private static func bytes(_ file: Int32, at offset: Int, count: Int) -> [UInt8]? {
        guard offset >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(file, &bytes, count, offset) == count ? bytes : nil
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
