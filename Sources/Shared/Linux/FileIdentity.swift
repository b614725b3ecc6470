package import Glibc

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
