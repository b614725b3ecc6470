internal import Contract
package import Linux
import Glibc

/// The table of this process's open files.
package enum Descriptors {
    /// Whether there is room for so many more (RLIMIT_NOFILE, fs.file-max): they are opened, and closed again.
    /// - Throws: EMFILE or ENFILE when there is not.
    package static func makeSure(ofRoomFor count: Int) throws(SystemError) {
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for _ in 0..<count {
            copies.append(try check("fcntl") { fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) })
        }
    }
}
