internal import CLinux
import Contract
import Glibc

/// A file that says who the master is. The lock on it is the truth; the number in it is for people.
///
/// The lock belongs to the open file (F_OFD_SETLK, fcntl(2)): it goes with the last process that has the descriptor
/// open, so a killed master leaves none, and an exec that keeps the descriptor keeps it.
package final class Pidfile {
    package let path: String
    private let file: FileDescriptor
    private let name: NameInFolder?

    /// Locks the file and writes this process's pid into it. A file that a killed master left behind is taken over.
    /// - Throws: `isLocked` when another master lives.
    package static func take(_ path: String) throws(PidfileError) -> Pidfile {
        // Whoever held it may have removed or replaced it between our open and our lock.
        for _ in 0..<attempts {
            let file = try open(path)
            try lock(file.number, path)
            if let name = try standing(at: path, file.number) {
                try write("\(getpid())\n", to: file.number, path)
                return Pidfile(path: path, file: file, name: name)
            }
        }
        throw PidfileError(path, "it is replaced again and again; stop whoever does that")
    }

    /// The one that this process held before an exec.
    /// - Throws: when the descriptor is no file, or another holds the lock.
    package static func resumed(descriptor: Int32, path: String) throws(PidfileError) -> Pidfile {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw PidfileError(path, SystemError("fcntl")) }
        try lock(descriptor, path)
        // That somebody has removed the name since is no reason to end: the lock is the truth.
        let name = try? standing(at: path, descriptor)
        return Pidfile(path: path, file: FileDescriptor(owning: descriptor), name: name)
    }

    private init(path: String, file: consuming FileDescriptor, name: NameInFolder?) {
        self.path = path
        self.file = file
        self.name = name
    }

    deinit {
        // While it is locked still: the next master finds it gone, or not at all.
        name?.remove()
    }

    /// To be kept across an exec.
    package var descriptor: Int32 { file.number }

    private static let attempts = 16

    private static func open(_ path: String) throws(PidfileError) -> FileDescriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        do {
            return FileDescriptor(owning: try check("open") { Glibc.open(path, flags, 0o644) })
        } catch {
            throw PidfileError(path, error)
        }
    }

    private static func lock(_ file: Int32, _ path: String) throws(PidfileError) {
        do {
            _ = try check("fcntl") { brigade_lock(file) }
        } catch {
            guard error.errno == EAGAIN || error.errno == EACCES else { throw PidfileError(path, error) }
            throw PidfileError(path, lockedBy: number(in: file))
        }
    }

    /// The file's name, when the name is that file's.
    private static func standing(at path: String, _ file: Int32) throws(PidfileError) -> NameInFolder? {
        let (folderPath, name) = FilePath.split(path)
        var information = stat()
        do throws(SystemError) {
            _ = try check("fstat") { fstat(file, &information) }
            guard information.isOf(S_IFREG) else { throw SystemError("open", errno: EINVAL) }
            let kept = NameInFolder(folder: try NameInFolder.openFolder(folderPath), name: name, of: information)
            return kept.isOurs ? kept : nil
        } catch {
            throw PidfileError(path, error)
        }
    }

    /// Over the old number, and shortened then: a reader never finds the file empty.
    private static func write(_ text: String, to file: Int32, _ path: String) throws(PidfileError) {
        do {
            _ = try check("write") { pwrite(file, text, text.utf8.count, 0) }
            _ = try check("ftruncate") { ftruncate(file, text.utf8.count) }
        } catch {
            throw PidfileError(path, error)
        }
    }

    private static func number(in file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
