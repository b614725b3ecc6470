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
}
