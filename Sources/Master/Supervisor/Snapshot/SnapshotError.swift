/// Why a text is no state of a supervisor.
package struct SnapshotError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    static func missing(_ key: String, in line: String) -> SnapshotError {
        SnapshotError("the line '\(line)' has no \(key)")
    }

    static func unreadable(_ key: String, in line: String) -> SnapshotError {
        SnapshotError("the line '\(line)' has a \(key) that cannot be read")
    }
}
