internal import CLinux
internal import Contract
import Glibc

/// A process that this one started. Its pid is nobody else's until it is reaped.
package struct Child: ~Copyable {
    package let pid: Int32
    /// Readable when the child has ended (pidfd_open(2)).
    private let process: FileDescriptor

    init(pid: Int32) throws(SystemError) {
        let number: Int32
        do {
            number = try check("pidfd_open") { brigade_pidfd_open(pid) }
        } catch {
            // A child that nobody could wait for must not live.
            Glibc.kill(pid, SIGKILL)
            var status: Int32 = 0
            _ = try? check("waitpid") { waitpid(pid, &status, 0) }
            throw error
        }
        self.pid = pid
        process = FileDescriptor(owning: number)
    }

    /// For poll.
    package var descriptor: Int32 { process.number }

    /// Sends a signal. A child that has ended already is none the worse for it.
    package func signal(_ number: Int32) {
        _ = Glibc.kill(pid, number)
    }

    /// How it ended; nil while it lives. To be asked once more never: the pid is free then.
    package func reap() -> ChildStatus? {
        var status: Int32 = 0
        let reaped = try? check("waitpid") { waitpid(pid, &status, WNOHANG) }
        return reaped == pid ? ChildStatus(status: status) : nil
    }
}
