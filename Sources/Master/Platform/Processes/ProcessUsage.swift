import Glibc

/// What a process uses, from /proc (proc(5)).
package struct ProcessUsage: Equatable {
    /// In user and kernel mode, of all its threads.
    package let processorTime: Duration
    /// The proportional set size in bytes; nil if it is not known.
    package let memory: Int?
    /// Nil if this process may not see them.
    package let descriptors: Int?

    /// Nil if the process is gone.
    /// - Parameter memory: as it was measured (`ProcessStatus.memory`), which costs more than all the rest.
    package init?(of pid: Int32, memory: Int?) {
        guard let time = ProcessStatus.processorTime(of: pid) else { return nil }
        processorTime = time
        self.memory = memory
        descriptors = Self.descriptors(of: pid)
    }

    private static func descriptors(of pid: Int32) -> Int? {
        let path = "/proc/\(pid)/fd"
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var information = stat()
        // Since Linux 6.2 this is their number; before, it is 0.
        if fstat(dirfd(folder), &information) == 0, information.st_size > 0 { return Int(information.st_size) }
        var count = 0
        while let entry = readdir(folder) {
            let isDot = withUnsafeBytes(of: &entry.pointee.d_name) { $0[0] == UInt8(ascii: ".") }
            if !isDot { count += 1 }
        }
        return count
    }
}
