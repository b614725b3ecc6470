internal import CLinux
package import Linux
import Glibc

/// The state of this process: what a master sets at its start, and checks before it forks.
package enum CurrentProcess {
    /// Resets what a master may have inherited. Call it first.
    ///
    /// A broken pipe and a file at its size limit (RLIMIT_FSIZE) become errors to handle, ended children stay until they
    /// are reaped, and closed standard streams are opened on /dev/null, so that no socket gets their numbers.
    package static func resetInheritedState() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Only if it is ignored: setting it discards a pending SIGCHLD, which matters after an exec (sigaction(2)).
        if brigade_is_ignored(SIGCHLD) != 0 { signal(SIGCHLD, SIG_DFL) }
        while true {
            let number = open("/dev/null", O_RDWR)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }

    /// Sets the name in ps and top: for a process that was executed by descriptor they would show a number.
    package static func setName(_ name: String) {
        brigade_set_name(name)
    }

    /// Sets the mode bits that new files do not get (umask(2)); children inherit it.
    /// - Parameter mask: the lowest nine bits count.
    package static func setUmask(_ mask: Int) {
        umask(mode_t(mask & 0o777))
    }

    /// Aborts with a core dump. It restores the default action of SIGABRT, which the master otherwise reads as a command.
    package static func abort() -> Never {
        signal(SIGABRT, SIG_DFL)
        Glibc.abort()
    }

    /// How many threads this process has; nil where there is no /proc.
    ///
    /// A child forked from a process with several threads inherits locks that no thread of it will ever release.
    package static var threadCount: Int? {
        guard let folder = opendir("/proc/self/task") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let isDot = withUnsafeBytes(of: &entry.pointee.d_name) { $0[0] == UInt8(ascii: ".") }
            if !isDot { count += 1 }
        }
        return count
    }

    /// Checks that this process may open so many more descriptors (RLIMIT_NOFILE, fs.file-max), by opening and closing them.
    /// - Throws: EMFILE or ENFILE when it may not.
    package static func ensureRoom(forDescriptors count: Int) throws(SystemError) {
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for _ in 0..<count {
            copies.append(try check("fcntl") { fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) })
        }
    }
}
