internal import CLinux
import Contract
import Glibc

/// The name of a file in its folder, as long as it is still the file that was put there.
final class NameInFolder {
    private let folder: FileDescriptor
    private let name: String
    private let device: dev_t
    private let inode: ino_t

    init(folder: consuming FileDescriptor, name: String, of file: stat) {
        self.folder = folder
        self.name = name
        device = file.st_dev
        inode = file.st_ino
    }

    /// Whether nobody has put another there.
    var isOurs: Bool {
        guard let file = Self.look(name, in: folder.number) else { return false }
        return file.st_dev == device && file.st_ino == inode
    }

    func remove() {
        if isOurs { unlinkat(folder.number, name, 0) }
    }

    func give(to credentials: Credentials) throws(SystemError) {
        guard isOurs else { return }
        _ = try check("chown") {
            fchownat(folder.number, name, credentials.user, credentials.group, AT_SYMLINK_NOFOLLOW)
        }
    }

    /// What has that name, a symbolic link itself and not what it leads to; nil for nothing.
    static func look(_ name: String, in folder: Int32) -> stat? {
        var file = stat()
        return fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 ? file : nil
    }

    /// By O_PATH, which asks for no right to read: to write and to search are enough for whoever adds a name.
    static func openFolder(_ path: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(owning: try check("open") { brigade_open_folder(path) })
    }
}

extension stat {
    func isOf(_ type: mode_t) -> Bool { st_mode & S_IFMT == type }
}
