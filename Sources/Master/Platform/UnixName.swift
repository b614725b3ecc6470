import Contract
import Glibc

/// The name of a unix socket in its folder, as long as it is still the one that was put there.
struct UnixName: ~Copyable {
    private let folder: FileDescriptor
    private let name: String
    private let device: dev_t
    private let inode: ino_t

    init(folder: consuming FileDescriptor, name: String, device: dev_t, inode: ino_t) {
        self.folder = folder
        self.name = name
        self.device = device
        self.inode = inode
    }

    deinit {
        var information = stat()
        guard fstatat(folder.number, name, &information, AT_SYMLINK_NOFOLLOW) == 0 else { return }
        if information.st_dev == device, information.st_ino == inode { unlinkat(folder.number, name, 0) }
    }
}
