internal import CLinux
package import Glibc
internal import SystemPackage

/// The name of a file in its folder, as long as it is still the file that was put there.
package final class OwnedPath: Sendable {
    private let folder: OwnedDescriptor
    private let folderPath: String
    private let name: String
    /// The file that was put there.
    package let file: FileIdentity

    /// - Throws: why the folder cannot be used.
    package init(path: String, file: FileIdentity) throws(SystemError) {
        folderPath = FilePath(path).directory
        name = FilePath(path).name
        folder = try Self.openFolder(folderPath)
        self.file = file
    }

    /// Whether nobody has put another there.
    package var isOurs: Bool { Self.look(name, in: folder.number).map(FileIdentity.init(of:)) == file }

    /// In its turn, so that nobody who takes turns too puts another there between the look and the removal.
    package func remove() {
        let turn = Self.turn(in: folderPath)
        if isOurs { unlinkat(folder.number, name, 0) }
        _ = consume turn
    }

    /// Makes it somebody else's.
    package func give(user: UInt32, group: UInt32) throws(SystemError) {
        guard isOurs else { return }
        _ = try check("chown") { fchownat(folder.number, name, user, group, AT_SYMLINK_NOFOLLOW) }
    }

    /// Gives it these rights.
    package func setMode(_ mode: Int) throws(SystemError) {
        guard let file = Self.look(name, in: folder.number), isOurs, file.st_mode & 0o777 != mode_t(mode) else {
            return
        }
        _ = try check("chmod") { fchmodat(folder.number, name, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
    }

    /// What has that name, a symbolic link itself and not what it leads to; nil for nothing.
    static func look(_ name: String, in folder: Int32) -> stat? {
        var file = stat()
        return fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 ? file : nil
    }

    /// By O_PATH, which asks for no right to read: to write and to search are enough for whoever adds a name.
    package static func openFolder(_ path: String) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check("open") { brigade_open_folder(path) })
    }

    /// Of servers that start and stop at once, each looks who is there and puts its name there, or takes it away, while no
    /// other does (flock(2)).
    /// - Returns: nil in a folder that cannot be locked, and when somebody holds the lock for long.
    static func turn(in folderPath: String) -> OwnedDescriptor? {
        let number = Glibc.open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let folder = OwnedDescriptor(owning: number)
        for _ in 0..<1000 {
            if flock(number, LOCK_EX | LOCK_NB) == 0 { return folder }
            guard errno == EWOULDBLOCK else { return nil }
            poll(nil, 0, 1)
        }
        return nil
    }
}

/// Which file it is, whatever its name (stat(2)). Nobody else's for as long as somebody has the file open; of a unix
/// socket's file, for as long as the socket is.
package struct FileIdentity: Equatable, Sendable, Codable {
    package let device: UInt64
    package let inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    package init(of file: stat) {
        self.init(device: UInt64(file.st_dev), inode: UInt64(file.st_ino))
    }
}

extension stat {
    package func isOf(_ type: UInt32) -> Bool { st_mode & S_IFMT == type }
}
