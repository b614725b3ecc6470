internal import Contract
internal import Linux
import Glibc

/// A pidfile that cannot be had. Its text says what to do.
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
            case ENOENT, ENOTDIR: "there is no such folder; make it"
            case EACCES, EPERM, EROFS: "this user may not write there; choose another path with --pidfile"
            case ELOOP: "it is a symbolic link; name the file itself"
            case EISDIR, EINVAL, ENXIO, ESPIPE: "it is no file; choose another path with --pidfile"
            default: error.description
            }
        self.init(path, reason)
    }
}
