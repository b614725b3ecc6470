import Glibc

/// Detects a write-ahead log (WAL) that belongs to another main file. `cp backup.db recipes.db` replaces the main file and
/// leaves the old WAL beside it. SQLite cannot tell, and applies the old WAL to the new file.
///
/// The sign: the main file was written after the WAL, but its content matches no commit of the WAL. A checkpoint also
/// writes the main file after the WAL, but leaves it at one of the commits. (A checkpoint that was killed halfway does not,
/// so the warning can be wrong.)
enum StaleWAL {
    /// - Returns: nil if the WAL belongs to the file, is in use, or does not exist.
    static func warning(_ location: DatabaseLocation) -> String? {
        let paths = DatabaseFiles.Paths(location)
        var main = stat()
        var wal = stat()
        guard DatabaseLockHolders(DatabaseFiles(at: paths)).first == nil, stat(paths.main, &main) == 0,
            stat(paths.wal, &wal) == 0,
            (wal.st_mtim.tv_sec, wal.st_mtim.tv_nsec) < (main.st_mtim.tv_sec, main.st_mtim.tv_nsec),
            matchesNoCommit(paths)
        else { return nil }
        return
            "\(paths.main) is newer than its write-ahead log \(paths.wal), but matches none of its commits: if it was copied "
            + "there from a backup, SQLite has just added old rows; restore it with `recipe-worker restore FILE`"
    }

    /// Whether the WAL has commits and the main file matches none of them.
    /// The format: https://sqlite.org/walformat.html, section 4. No connection of this process may have the files open:
    /// closing them here would release its locks (fcntl(2)).
    private static func matchesNoCommit(_ paths: DatabaseFiles.Paths) -> Bool {
        let main = open(paths.main, O_RDONLY | O_CLOEXEC)
        let wal = open(paths.wal, O_RDONLY | O_CLOEXEC)
        defer { for file in [main, wal] where file >= 0 { close(file) } }
        guard main >= 0, wal >= 0, let header = bytes(wal, at: 0, count: 32) else { return false }
        let pageSize = Int(number(header, at: 8))
        guard number(header, at: 0) & ~1 == 0x377f_0682, pageSize >= 512, pageSize <= 65536 else { return false }
        var offset = 32
        var differingPages: Set<UInt32> = []
        var hasCommits = false
        while let frame = bytes(wal, at: offset, count: 24 + pageSize), frame[8..<16] == header[16..<24] {
            let page = number(frame, at: 0)
            let stored = bytes(main, at: (Int(page) - 1) * pageSize, count: pageSize)
            if let stored, stored.elementsEqual(frame[24...]) {
                differingPages.remove(page)
            } else {
                differingPages.insert(page)
            }
            // The database size is set in the last frame of a commit.
            if number(frame, at: 4) != 0 {
                if differingPages.isEmpty { return false }
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

    /// Big-endian.
    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
