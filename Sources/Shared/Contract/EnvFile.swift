import Glibc

/// A file of `KEY=VALUE` lines: settings, and the application's own variables.
///
/// What it may hold is what systemd's EnvironmentFile=, Docker's --env-file and dotenv read as the same:
/// - A line is `KEY=VALUE`. The key is of letters, digits and `_`, and begins with no digit. The value is everything
///   behind the sign, inner spaces and all; it may be empty.
/// - A line that begins with `#` is a comment. Blank lines are fine, and so are blanks before a key or a comment, and
///   lines that end in CR LF.
/// - Of a key that is given twice the last counts.
///
/// What they would read differently is refused, with its line: quotes around a value (Docker keeps them), a backslash
/// (systemd's escape), `$NAME` (which dotenv and Compose replace), `#` in a value (dotenv's comment), blanks around a
/// value or before the sign, `export`, a comment with `;` (systemd's alone), a line without a sign (Docker copies the
/// variable, systemd skips the line).
package struct EnvFile: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let value: String
        /// The first is 1.
        package let line: Int
    }

    package let path: String
    package let entries: [String: Entry]

    /// - Throws: what keeps it from being read, or the first line that is no such line.
    package init(path: String) throws(SettingsError) {
        try self.init(path: path, bytes: Self.read(path))
    }

    /// The file that a setting names. A `-` before its path says that it need not be there, as it does for systemd's
    /// EnvironmentFile= (systemd.exec(5)).
    /// - Returns: nil when it is not there, and need not be.
    /// - Throws: what keeps it from being read, or the first line that is no such line.
    static func named(_ text: String) throws(SettingsError) -> EnvFile? {
        guard text.hasPrefix("-") else { return try EnvFile(path: text) }
        let path = String(text.dropFirst())
        guard !path.isEmpty else { throw SettingsError("the env file '-' has no name: give a path, or -PATH") }
        if access(path, F_OK) != 0, errno == ENOENT { return nil }
        return try EnvFile(path: path)
    }

    /// - Parameter bytes: what the file holds.
    package init(path: String, bytes: [UInt8]) throws(SettingsError) {
        self.path = path
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw SettingsError("\(path):1: the file begins with a byte order mark; save it as UTF-8 without one")
        }
        var entries: [String: Entry] = [:]
        var number = 0
        for bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do {
                guard let (key, value) = try EnvFileLine(bytes).pair else { continue }
                entries[key] = Entry(value: value, line: number)
            } catch {
                throw SettingsError("\(path):\(number): \(error)")
            }
        }
        self.entries = entries
    }

    private static let largest = 1 << 20

    private static func read(_ path: String) throws(SettingsError) -> [UInt8] {
        // A pipe by that name must not keep this process waiting; and it could not be read again at a reload.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard number >= 0 else {
            let advice = errno == EACCES ? "; let the server's own user read it" : ""
            throw unreadable(path, String(cString: strerror(errno)) + advice)
        }
        let file = FileDescriptor(owning: number)
        var information = stat()
        guard fstat(file.number, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw unreadable(path, "it is no file")
        }
        var bytes: [UInt8] = []
        while true {
            var failure: Int32 = 0
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                let length = Glibc.read(file.number, buffer.baseAddress, buffer.count)
                if length < 0 { failure = errno }
                count = max(0, length)
            }
            guard failure == 0 else { throw unreadable(path, String(cString: strerror(failure))) }
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= largest else {
                throw unreadable(path, "it is larger than \(Units.text(size: largest))")
            }
        }
    }

    private static func unreadable(_ path: String, _ reason: String) -> SettingsError {
        SettingsError("the env file \(path) cannot be read: \(reason)")
    }
}
