internal import CLinux
package import Contract
import Glibc

extension Listener {
    /// One that was opened before an exec of this process, or by a master before this one.
    /// - Throws: EINVAL when it does not listen.
    package convenience init(
        resuming descriptor: Int32, address: BindAddress, isActivated: Bool
    ) throws(SystemError) {
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard Self.listens(descriptor) else { throw SystemError("listen", errno: EINVAL) }
        self.init(
            socket: FileDescriptor(owning: descriptor), address: address, isActivated: isActivated,
            name: isActivated ? nil : Self.name(of: address))
    }

    /// The name that a unix socket of ours has; nil when it is gone, or somebody else's by its looks.
    private static func name(of address: BindAddress) -> NameInFolder? {
        guard case .unix(let path) = address else { return nil }
        let (folderPath, name) = FilePath.split(path)
        guard let folder = try? NameInFolder.openFolder(folderPath),
            let file = NameInFolder.look(name, in: folder.number), file.isOf(S_IFSOCK)
        else { return nil }
        return NameInFolder(folder: folder, name: name, of: file)
    }

    /// Whether it is a stream socket on which somebody called listen(2).
    package static func listens(_ descriptor: Int32) -> Bool {
        option(SO_ACCEPTCONN, of: descriptor) == 1 && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    }

    private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }
}
