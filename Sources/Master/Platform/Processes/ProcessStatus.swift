import Glibc

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
        fields(inStat: stat).first?.first
    }

    /// The processor time that it has used, also when it has ended and was not reaped; nil if it is gone.
    package static func processorTime(of pid: Int32) -> Duration? {
        processorTime(inStat: SystemFile.read("/proc/\(pid)/stat") ?? "", ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)))
    }

    /// - Parameter stat: utime and stime are the 14th and the 15th field, and the name is the 2nd.
    package static func processorTime(inStat stat: String, ticksPerSecond: Int) -> Duration? {
        let fields = fields(inStat: stat)
        guard fields.count > 12, let user = Int64(fields[11]), let kernel = Int64(fields[12]), ticksPerSecond > 0 else {
            return nil
        }
        return .nanoseconds((user + kernel) * (1_000_000_000 / Int64(ticksPerSecond)))
    }

    /// Those after the name.
    private static func fields(inStat stat: String) -> [Substring] {
        guard let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }
}
