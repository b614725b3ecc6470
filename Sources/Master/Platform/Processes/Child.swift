internal import CLinux
package import Contract
import Glibc
package import Linux

/// A process that this one started. Its pid is nobody else's until it is reaped.
package struct Child: ~Copyable {
    package let pid: Int32
    /// Whether it leads a process group of its own.
    package let ownsGroup: Bool
    /// Readable when the child has ended (pidfd_open(2)).
    private let process: OwnedDescriptor

    init(started pid: Int32, ownsGroup: Bool) throws(SystemError) {
        do {
            self = try Child(pid, ownsGroup)
        } catch {
            // A child that nobody could wait for must not live.
            Glibc.kill(pid, SIGKILL)
            var status: Int32 = 0
            _ = try? check("waitpid") { waitpid(pid, &status, 0) }
            throw error
        }
    }

    /// One that this process had before an exec; it may have ended since, and waits to be reaped.
    /// - Throws: ECHILD when it is no child of this process.
    package init(resuming pid: Int32, ownsGroup: Bool = false) throws(SystemError) {
        var information = siginfo_t()
        _ = try check("waitid") { waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) }
        self = try Child(pid, ownsGroup)
    }

    private init(_ pid: Int32, _ ownsGroup: Bool) throws(SystemError) {
        process = OwnedDescriptor(owning: try check("pidfd_open") { brigade_pidfd_open(pid) })
        self.pid = pid
        self.ownsGroup = ownsGroup
    }

    /// For poll.
    package var descriptor: Int32 { process.number }

    /// Sends a signal. A child that has ended already is none the worse for it.
    package func signal(_ number: Int32) {
        _ = Glibc.kill(pid, number)
    }

    /// Sends a signal to the child and, when it owns a group, to all of its group.
    ///
    /// Also right when the child has ended and is not reaped: what it left behind can be reached only until then.
    package func signalGroup(_ number: Int32) {
        _ = Glibc.kill(ownsGroup ? -pid : pid, number)
    }

    /// How it ended; nil while it lives. To be asked once more never: the pid is free then.
    package func reap() -> ExitStatus? {
        var status: Int32 = 0
        let reaped = try? check("waitpid") { waitpid(pid, &status, WNOHANG) }
        return reaped == pid ? ExitStatus(waitStatus: status) : nil
    }
}

extension ExitStatus {
    fileprivate init(waitStatus status: Int32) {
        self =
            brigade_wifexited(status) != 0 ? .exited(brigade_wexitstatus(status)) : .signaled(brigade_wtermsig(status))
    }
}

/// Children that this process did not start: orphans, which come to process 1 and to subreapers (prctl(2)).
package enum OrphanReaper {
    /// Reaps those that have ended, and leaves ours to their descriptors.
    ///
    /// To be called in each turn in which SIGCHLD came or one of ours was reaped, and once after an exec: the kernel
    /// shows one ended child at a time, and ours hides strangers behind it until it is reaped. As its descriptor is
    /// readable then, the next turn comes at once.
    /// - Parameter ours: the pids of all children that are not reaped.
    /// - Returns: how many there were.
    @discardableResult
    package static func reap(except ours: Set<Int32>) -> Int {
        var count = 0
        while true {
            let pid = brigade_ended_child()
            guard pid > 0, !ours.contains(pid) else { return count }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return count }
            count += 1
        }
    }
}
