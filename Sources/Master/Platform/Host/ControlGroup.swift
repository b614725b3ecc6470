/// This process's control group (cgroups(7)).
package enum ControlGroup {
    /// How many of its processes the OOM killer has killed; nil if there is no counter.
    package static var oomKills: Int? {
        oomKills(root: "/sys/fs/cgroup", groups: SystemFile.read("/proc/self/cgroup") ?? "")
    }

    /// - Parameters:
    ///   - root: where the hierarchies are mounted.
    ///   - groups: the text of `/proc/self/cgroup`.
    package static func oomKills(root: String, groups: String) -> Int? {
        for line in groups.split(separator: "\n") {
            // `0::/path`, or of version 1 `9:memory:/path`.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let count =
                if fields[0] == "0" {
                    oomKills(in: root, path: fields[2], file: "memory.events")
                } else if fields[1].split(separator: ",").contains("memory") {
                    oomKills(in: "\(root)/memory", path: fields[2], file: "memory.oom_control")
                } else {
                    Int?.none
                }
            if let count { return count }
        }
        return nil
    }

    /// A container may see the path of the host, with its own group mounted as the root.
    private static func oomKills(in root: String, path: Substring, file: String) -> Int? {
        for file in ["\(root)\(path)/\(file)", "\(root)/\(file)"] {
            guard let text = SystemFile.read(file) else { continue }
            for line in text.split(separator: "\n") {
                let fields = line.split(separator: " ")
                if fields.count == 2, fields[0] == "oom_kill" { return Int(fields[1]) }
            }
        }
        return nil
    }

    /// The path of this process's group for a controller; an empty name is the unified hierarchy.
    /// - Parameter groups: the text of `/proc/self/cgroup`; a line is `4:cpu,cpuacct:/path` or `0::/path`.
    package static func path(of controller: Substring, in groups: String) -> String? {
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].split(separator: ",", omittingEmptySubsequences: false).contains(controller) {
                return String(fields[2])
            }
        }
        return nil
    }

    /// The directories of a group and of its parents, up to the root. A container without a cgroup namespace sees the path of
    /// the host, but only the root exists there: it is the container's group.
    static func directories(root: String, path: String) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        return (0...parts.count).reversed().map { ([root] + parts.prefix($0)).joined(separator: "/") }
    }
}
