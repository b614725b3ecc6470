internal import CLinux
package import Glibc
internal import SystemPackage

/// The path of a file that this process created. Changes apply only while the path still leads to that file.
package final class OwnedPath: Sendable {
    private let folder: OwnedDescriptor
    private let folderPath: String
    private let name: String
    /// The file that was created.
    package let file: FileIdentity

    /// - Throws: if the folder cannot be opened.
    package init(path: String, file: FileIdentity) throws(SystemError) {
        folderPath = FilePath(path).directory
        name = FilePath(path).name
        folder = try Self.openFolder(folderPath)
        self.file = file
    }

    /// Whether the path still leads to that file.
    package var isOurs: Bool { Self.fileStatus(name, in: folder.number).map(FileIdentity.init(of:)) == file }

    /// Removes the file. It locks the folder, so that no other server replaces the file between the check and the removal.
    package func remove() {
        let lock = Self.lockFolder(folderPath)
        if isOurs { unlinkat(folder.number, name, 0) }
        _ = consume lock
    }

    /// Changes the owner.
    package func setOwner(user: UInt32, group: UInt32) throws(SystemError) {
        guard isOurs else { return }
        _ = try check("chown") { fchownat(folder.number, name, user, group, AT_SYMLINK_NOFOLLOW) }
    }

    /// Changes the mode.
    package func setMode(_ mode: Int) throws(SystemError) {
        guard let file = Self.fileStatus(name, in: folder.number), isOurs, file.st_mode & 0o777 != mode_t(mode) else {
            return
        }
        _ = try check("chmod") { fchmodat(folder.number, name, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
    }

    /// The status of a file, of a symbolic link itself; nil if it does not exist.
    static func fileStatus(_ name: String, in folder: Int32) -> stat? {
        var file = stat()
        return fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 ? file : nil
    }

    /// With O_PATH, which needs no right to read: adding a name needs only the rights to write and to search.
    package static func openFolder(_ path: String) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check("open") { brigade_open_folder(path) })
    }

    /// Locks the folder (flock(2)): only one server at a time checks and changes a name in it.
    /// - Returns: nil if the folder cannot be locked, or another process holds the lock for a second.
    static func lockFolder(_ folderPath: String) -> OwnedDescriptor? {
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

/// Identifies a file, whatever its name (stat(2)). It is unique while a process has the file open, or while the socket of a
/// socket file exists.
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
