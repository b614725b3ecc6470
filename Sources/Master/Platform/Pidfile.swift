internal import CLinux
import Contract
import Glibc
import Linux
internal import SystemPackage

/// The file with the master's pid. Its lock keeps a second master from starting; the number in it is only for people.
///
/// The lock belongs to the open file (F_OFD_SETLK, fcntl(2)). It lasts until the last process closes the descriptor: a killed
/// master leaves no lock, and an exec that keeps the descriptor keeps the lock.
package final class Pidfile {
    package let path: String
    private let file: OwnedDescriptor
    private let name: OwnedPath?

    /// Locks the file and writes the pid of this process. A file that a killed master left is reused. A file that holds
    /// anything but a number is left as it is.
    /// - Throws: `isLocked` when another master lives.
    package static func take(_ path: String) throws(PidfileError) -> Pidfile {
        // Another master may have removed or replaced the file between our open and our lock.
        for _ in 0..<attempts {
            let file = try open(path)
            try lock(file.number, path)
            if let name = try ownedPath(path, of: file.number) {
                try checkContent(file.number, path)
                try write("\(getpid())\n", to: file.number, path)
                return Pidfile(path: path, file: file, name: name)
            }
        }
        throw PidfileError(path, "another process keeps replacing it; stop that process")
    }

    /// The pidfile that this process held before an exec.
    /// - Throws: if the descriptor is not a file, or another process holds the lock.
    package static func resumed(descriptor: Int32, path: String) throws(PidfileError) -> Pidfile {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw PidfileError(path, SystemError("fcntl")) }
        try lock(descriptor, path)
        // The file may have been removed or replaced since. That is no error: the lock still holds.
        let name = try? ownedPath(path, of: descriptor)
        return Pidfile(path: path, file: OwnedDescriptor(owning: descriptor), name: name)
    }

    private init(path: String, file: consuming OwnedDescriptor, name: OwnedPath?) {
        self.path = path
        self.file = file
        self.name = name
    }

    deinit {
        // It is still locked here, so the next master finds either this file or none.
        name?.remove()
    }

    /// Checks that the path is free, or is a file that holds a number. A running master may hold its lock.
    package static func validate(_ path: String) throws(PidfileError) {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let number = Glibc.open(path, flags)
        if number < 0, errno == ENOENT { return }
        guard number >= 0 else { throw PidfileError(path, SystemError("open")) }
        let file = OwnedDescriptor(owning: number)
        _ = try ownedPath(path, of: file.number)
        try checkContent(file.number, path)
    }

    /// Must stay open across an exec.
    package var descriptor: Int32 { file.number }

    private static let attempts = 16

    private static func open(_ path: String) throws(PidfileError) -> OwnedDescriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        do {
            return OwnedDescriptor(owning: try check("open") { Glibc.open(path, flags, 0o644) })
        } catch {
            throw PidfileError(path, error)
        }
    }

    private static func lock(_ file: Int32, _ path: String) throws(PidfileError) {
        do {
            _ = try check("fcntl") { brigade_lock(file) }
        } catch {
            guard error.errno == .resourceTemporarilyUnavailable || error.errno == .permissionDenied else {
                throw PidfileError(path, error)
            }
            throw PidfileError(path, lockedBy: number(in: file))
        }
    }

    /// The path, if it still leads to that file; nil if not.
    private static func ownedPath(_ path: String, of file: Int32) throws(PidfileError) -> OwnedPath? {
        var information = stat()
        do throws(SystemError) {
            _ = try check("fstat") { fstat(file, &information) }
            guard information.isOf(S_IFREG) else { throw SystemError("open", errno: .invalidArgument) }
            let kept = try OwnedPath(path: path, file: FileIdentity(of: information))
            return kept.isOurs ? kept : nil
        } catch {
            throw PidfileError(path, error)
        }
    }

    /// - Throws: if the file holds anything but a number: another program may need it.
    private static func checkContent(_ file: Int32, _ path: String) throws(PidfileError) {
        var bytes = [UInt8](repeating: 0, count: longestContent + 1)
        let count: Int
        do {
            count = try check("read") { pread(file, &bytes, bytes.count, 0) }
        } catch {
            throw PidfileError(path, error)
        }
        let words = bytes.prefix(count).split { isspace(Int32($0)) != 0 }
        let isNumber = words.count <= 1 && words.allSatisfy { $0.allSatisfy { isdigit(Int32($0)) != 0 } }
        guard isNumber, count <= longestContent else {
            throw PidfileError(
                path,
                "it holds more than a number, so another program may need it; remove it, or choose another file with --pidfile"
            )
        }
    }

    /// Bytes of a number and the white space around it.
    private static let longestContent = 63

    /// Overwrites the old number, then truncates: a reader never finds the file empty.
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

/// Why a pidfile cannot be used. The text says what to do.
package struct PidfileError: Error, CustomStringConvertible {
    /// Whether another master holds it.
    package let isLocked: Bool
    package let description: String

    init(_ path: String, lockedBy pid: Int32?) {
        isLocked = true
        let holder = pid.map { "another master, pid \($0)," } ?? "another master"
        description = "\(holder) holds the pidfile \(path); stop it, or choose another file with --pidfile"
    }

    init(_ path: String, _ reason: String) {
        isLocked = false
        description = "the pidfile \(path) cannot be used: \(reason)"
    }

    init(_ path: String, _ error: SystemError) {
        let reason =
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory: "the directory does not exist; create it"
            case .permissionDenied, .notPermitted, .readOnlyFileSystem:
                "this user cannot write there; choose another path with --pidfile"
            case .tooManySymbolicLinkLevels: "it is a symbolic link; give the path of the file itself"
            case .isDirectory, .invalidArgument, .noSuchAddressOrDevice, .illegalSeek:
                "it is not a regular file; choose another path with --pidfile"
            default: error.description
            }
        self.init(path, reason)
    }
}
