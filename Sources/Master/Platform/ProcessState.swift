/// What the kernel says that a process is at (proc_pid_stat(5)).
package enum ProcessState {
    /// One letter, such as S or T; nil when it cannot be seen from here.
    package static func letter(of pid: Int32) -> Character? {
        letter(stat: TextFile.read("/proc/\(pid)/stat") ?? "")
    }

    /// - Parameter stat: the text of /proc/PID/stat. The letter follows the name, which may hold anything, and a `)` too.
    package static func letter(stat: String) -> Character? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        return stat[stat.index(after: end)...].first { $0 != " " }
    }
}
