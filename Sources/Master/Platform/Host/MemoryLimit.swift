import Glibc

/// How much memory this process and its children may use together.
package struct MemoryLimit: Equatable {
    package let bytes: Int
    /// Where the number comes from.
    package let reason: String

    /// The smaller of the machine's memory and the limit of the control group and its parents.
    package static var available: MemoryLimit {
        let machine = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
        let groups = SystemFile.read("/proc/self/cgroup") ?? ""
        return MemoryLimit(machine: machine, group: group(mount: "/sys/fs/cgroup", groups: groups))
    }

    /// - Parameter group: the control group's limit; nil where it has none.
    package init(machine: Int, group: Int?) {
        bytes = min(machine, group ?? .max)
        reason = bytes == machine ? "the machine's memory" : "the control group's limit"
    }

    /// The least limit of both kinds of control groups (cgroups(7)), on the way from the group to the root.
    /// - Parameter groups: the text of /proc/self/cgroup.
    package static func group(mount: String, groups: String) -> Int? {
        let places = [
            (mount, "memory.max", ControlGroup.path(of: "", in: groups)),
            (mount + "/unified", "memory.max", ControlGroup.path(of: "", in: groups)),
            (mount + "/memory", "memory.limit_in_bytes", ControlGroup.path(of: "memory", in: groups)),
        ]
        return places.compactMap { root, file, path in path.flatMap { least(root, $0, file) } }.min()
    }

    private static func least(_ root: String, _ path: String, _ file: String) -> Int? {
        ControlGroup.directories(root: root, path: path).compactMap { directory in
            // `max` means no limit. So does the huge number that version 1 has.
            SystemFile.read("\(directory)/\(file)").flatMap { Int($0.prefix { $0 != "\n" }) }
        }.min()
    }
}
