/// The state of a process, from /proc (proc(5)).
package enum ProcessStatus {
    /// Its proportional set size in bytes (Pss of proc_pid_smaps_rollup(5)). Nil if the process is gone, or belongs to another
    /// user.
    package static func memory(of pid: Int32) -> Int? {
        SystemFile.read("/proc/\(pid)/smaps_rollup").flatMap { value(of: "Pss", in: $0) }
    }

    /// Reads a line such as `Pss:   123 kB`.
    static func value(of name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[2] == "kB" else { return nil }
            return Int(fields[1]).map { $0 * 1024 }
        }
        return nil
    }

    /// Its state as one letter, such as S or T (proc_pid_stat(5)); nil if the process is gone.
    package static func state(of pid: Int32) -> Character? {
        state(inStat: SystemFile.read("/proc/\(pid)/stat") ?? "")
    }

    /// - Parameter stat: the text of /proc/PID/stat. The letter follows the name, which may contain anything, even `)`.
    package static func state(inStat stat: String) -> Character? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        return stat[stat.index(after: end)...].first { $0 != " " }
    }
}
