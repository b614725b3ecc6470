internal import CLinux
import Glibc

/// Children that this process did not start: orphans, which come to process 1 and to subreapers (prctl(2)).
package enum Strangers {
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
