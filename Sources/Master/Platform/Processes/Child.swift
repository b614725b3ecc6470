internal import CLinux
package import Contract
import Glibc
package import Linux

/// A child process. The kernel does not reuse its pid until it is reaped.
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
            // Without a pidfd the master could not wait for the child.
            Glibc.kill(pid, SIGKILL)
            var status: Int32 = 0
            _ = try? check("waitpid") { waitpid(pid, &status, 0) }
            throw error
        }
    }

    /// A child that this process had before an exec. It may have ended since.
    /// - Throws: ECHILD if it is not a child of this process.
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

    /// Sends a signal; no effect if the child has ended.
    package func signal(_ number: Int32) {
        _ = Glibc.kill(pid, number)
    }

    /// Sends a signal to the child and, when it owns a group, to all of its group.
    ///
    /// It works until the child is reaped, also when it has ended: then its group can still be signaled.
    package func signalGroup(_ number: Int32) {
        _ = Glibc.kill(ownsGroup ? -pid : pid, number)
    }

    /// Whether `reap` will return a status: its descriptor is readable.
    package var hasEnded: Bool { !Poll.wait(for: [Poll.Interest(descriptor)], atMost: .zero).isEmpty }

    /// How it ended; nil while it runs. After a status is returned, the pid may be reused: do not call any method again.
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

/// Children that this process did not start: orphans, whose parent becomes process 1 or a subreaper (prctl(2)).
package enum OrphanReaper {
    /// Reaps orphans that have ended, but none of this process's own children.
    ///
    /// Call it in each pass in which SIGCHLD arrived or an own child was reaped, and once after an exec: the kernel shows
    /// one ended child at a time, and an own child hides the orphans behind it until it is reaped. Its descriptor is
    /// readable then, so the next pass comes at once.
    /// - Parameter ours: the pids of all own children that are not reaped.
    /// - Returns: how many were reaped.
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
