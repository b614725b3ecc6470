/// A descriptor that whoever started this process has given to it, by a path that means one: `/dev/stdout`, `/dev/fd/5`,
/// `/proc/self/fd/5`.
///
/// It is used as it is. To open such a path would open the file once more, which another user may not, and which nobody
/// can when it is a socket (ENXIO of open(2)), as systemd's standard streams are.
package struct InheritedDescriptor: Equatable, Sendable, CustomStringConvertible {
    package let number: Int32

    package static let standardOutput = InheritedDescriptor(1)
    package static let standardError = InheritedDescriptor(2)

    package init(_ number: Int32) {
        self.number = number
    }

    /// Nil for the path of a file.
    package init?(path: String) {
        if let stream = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].firstIndex(of: path) {
            self.init(Int32(stream))
            return
        }
        let folders = ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"]
        guard let folder = folders.first(where: path.hasPrefix) else { return nil }
        let digits = path.dropFirst(folder.count)
        guard let number = Int32(digits), String(number) == digits, number >= 0 else { return nil }
        self.init(number)
    }

    package var description: String { "/dev/fd/\(number)" }

    /// Whether it is one of the streams that every process has, and hands on.
    package var isStandard: Bool { number <= Self.standardError.number }
}
