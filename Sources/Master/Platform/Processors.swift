internal import CLinux

/// How many processors this process may use, and why.
package struct Processors: Equatable {
    package let count: Int
    /// For the log: what the number comes from.
    package let reason: String

    /// The fewer of the affinity mask and the quota of the control group, its parents' counted; at least 1.
    package static var available: Processors {
        let path = TextFile.read("/proc/self/cgroup").flatMap(path(inGroups:)) ?? "/"
        return Processors(affinity: Int(brigade_processors()), quota: quota(root: "/sys/fs/cgroup", path: path))
    }

    /// - Parameter quota: processors' worth of time; a started one counts whole, because a worker is one thread.
    package init(affinity: Int, quota: Double?) {
        let affinity = max(1, affinity)
        guard let quota, Int(quota.rounded(.up)) < affinity else {
            count = affinity
            reason = affinity == 1 ? "1 processor may be used" : "\(affinity) processors may be used"
            return
        }
        count = max(1, Int(quota.rounded(.up)))
        let hundredths = Int((quota * 100).rounded())
        let text = hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
        reason = "\(affinity) processors may be used, but the control group's cpu.max allows the time of \(text)"
    }

    /// The path in the unified hierarchy (cgroups(7)).
    package static func path(inGroups text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }

    /// The least quota on the way from the group to the root.
    package static func quota(root: String, path: String) -> Double? {
        var parts = path.split(separator: "/")
        var least: Double?
        while true {
            let file = ([root] + parts.map(String.init) + ["cpu.max"]).joined(separator: "/")
            if let quota = TextFile.read(file).flatMap(quota(inMaximum:)) { least = min(least ?? quota, quota) }
            if parts.popLast() == nil { return least }
        }
    }

    /// `cpu.max` is `200000 100000` or `max 100000`: microseconds of each period.
    package static func quota(inMaximum text: String) -> Double? {
        let fields = text.split { $0 == " " || $0 == "\n" }
        guard fields.count == 2, let time = Double(fields[0]), let period = Double(fields[1]), period > 0 else {
            return nil
        }
        return time / period
    }
}
