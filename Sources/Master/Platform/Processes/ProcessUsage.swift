import Glibc

/// What a process uses, from /proc (proc(5)).
package struct ProcessUsage: Equatable {
    /// In user and kernel mode, of all its threads.
    package let processorTime: Duration
    /// The proportional set size in bytes. Nil if this process may not see it.
    package let memory: Int?
    /// Nil if this process may not see them.
    package let descriptors: Int?

    /// Nil if the process is gone. Its memory map is walked, which takes the kernel up to a millisecond.
    package init?(of pid: Int32) {
        guard let time = ProcessStatus.processorTime(of: pid) else { return nil }
        processorTime = time
        memory = ProcessStatus.memory(of: pid)
        descriptors = Self.descriptors(of: pid)
    }

    package init(processorTime: Duration, memory: Int?, descriptors: Int?) {
        self.processorTime = processorTime
        self.memory = memory
        self.descriptors = descriptors
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
