import Glibc

/// The threads of this process.
package enum Threads {
    /// How many there are; nil where /proc is not there to be asked.
    ///
    /// A child that was forked from a process with several threads holds the locks of those that it has not got.
    package static var count: Int? {
        guard let folder = opendir("/proc/self/task") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let isDot = withUnsafeBytes(of: &entry.pointee.d_name) { $0[0] == UInt8(ascii: ".") }
            if !isDot { count += 1 }
        }
        return count
    }
}
