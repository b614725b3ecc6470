/// What a process has in memory, in bytes (proc_pid_smaps_rollup(5)).
package enum ProcessMemory {
    /// Its own pages, and its share of those that it shares (Pss). Nil when it is gone, or another user's.
    package static func proportional(of pid: Int32) -> Int? {
        TextFile.read("/proc/\(pid)/smaps_rollup").flatMap { value(of: "Pss", in: $0) }
    }

    /// Of a line such as `Pss:   123 kB`.
    static func value(of name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[2] == "kB" else { return nil }
            return Int(fields[1]).map { $0 * 1024 }
        }
        return nil
    }
}
