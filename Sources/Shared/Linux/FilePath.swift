package import SystemPackage

extension FilePath {
    /// The directory that it is in; `.` for a name alone.
    package var directory: String {
        let directory = removingLastComponent().string
        return directory.isEmpty ? "." : directory
    }

    /// Its last component; empty for the root.
    package var name: String { lastComponent?.string ?? "" }
}
