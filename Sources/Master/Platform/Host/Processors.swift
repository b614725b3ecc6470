internal import CLinux

/// How many processors this process may use, and why.
package struct Processors: Equatable {
    package let count: Int
    /// Where the number comes from, for the log.
    package let reason: String

    /// The smaller of the affinity mask and the quota of the control group and its parents; at least 1.
    package static var available: Processors {
        let groups = SystemFile.read("/proc/self/cgroup") ?? ""
        return Processors(affinity: Int(brigade_processors()), quota: quota(mount: "/sys/fs/cgroup", groups: groups))
    }

    /// - Parameter quota: in processors. A fraction counts as a whole one, because a worker has one thread.
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
        reason = "\(affinity) processors may be used, but the control group's quota allows only \(text)"
    }

    /// The least quota of both kinds of control groups: cgroups(7)'s unified hierarchy, and version 1's `cpu`, which has
    /// a folder of its own under the same mount.
    /// - Parameter groups: the text of /proc/self/cgroup.
    package static func quota(mount: String, groups: String) -> Double? {
        let places = [
            (mount, ControlGroup.path(of: "", in: groups)), (mount + "/unified", ControlGroup.path(of: "", in: groups)),
            (mount + "/cpu", ControlGroup.path(of: "cpu", in: groups)),
            (mount + "/cpu,cpuacct", ControlGroup.path(of: "cpu", in: groups)),
        ]
        return places.compactMap { root, path in path.flatMap { quota(root: root, path: $0) } }.min()
    }

    private static func quota(root: String, path: String) -> Double? {
        ControlGroup.directories(root: root, path: path).compactMap { directory in
            SystemFile.read(directory + "/cpu.max").flatMap(quota(inMaximum:))
                ?? quota(
                    time: SystemFile.read(directory + "/cpu.cfs_quota_us"),
                    period: SystemFile.read(directory + "/cpu.cfs_period_us"))
        }.min()
    }

    /// `cpu.max` is `200000 100000` or `max 100000`: microseconds of each period.
    package static func quota(inMaximum text: String) -> Double? {
        let fields = text.split { $0 == " " || $0 == "\n" }
        return fields.count == 2 ? quota(time: String(fields[0]), period: String(fields[1])) : nil
    }

    /// In microseconds per period; version 1 has -1 for no limit.
    static func quota(time: String?, period: String?) -> Double? {
        func number(_ text: String?) -> Double? { text.flatMap { Double($0.prefix { $0 != "\n" }) } }
        guard let time = number(time), let period = number(period), time > 0, period > 0 else { return nil }
        return time / period
    }
}
