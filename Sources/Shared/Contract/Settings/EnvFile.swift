/// A file of `KEY=VALUE` lines: settings, and the application's variables.
///
/// It holds what systemd's EnvironmentFile=, Docker's --env-file and dotenv all read in the same way:
/// - A line is `KEY=VALUE`. The key has letters, digits and `_`, and does not start with a digit. The value is everything
///   after the sign, with its inner spaces; it may be empty.
/// - A line that starts with `#` is a comment. Blank lines, spaces before a key or a comment, and CR LF are allowed.
/// - If a key is given twice, the last one counts.
///
/// What they read in different ways is refused, with its line: quotes around a value (Docker keeps them), a backslash
/// (systemd's escape), `$NAME` (dotenv and Compose replace it), `#` in a value (dotenv's comment), spaces around a value or
/// before the sign, `export`, a comment with `;` (systemd only), a line without a sign (Docker copies the variable, systemd
/// skips the line).
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
            throw SettingsError("\(path):1: the file starts with a byte order mark; save it as UTF-8 without one")
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

/// One line. Its errors do not show the value, which may be a secret.
private struct EnvFileLine {
    /// Nil for a comment or a blank line.
    let pair: (key: String, value: String)?

    /// - Parameter bytes: without the newline.
    init(_ bytes: ArraySlice<UInt8>) throws(InvalidValue) {
        let whole = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard !whole.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") }),
            let text = String(validating: whole, as: UTF8.self)
        else {
            throw InvalidValue("the line is not valid UTF-8 text")
        }
        let line = text.unicodeScalars.drop(while: Self.isBlank)
        guard let first = line.first, first != "#" else {
            pair = nil
            return
        }
        guard first != ";" else { throw InvalidValue("a comment starts with #; only systemd accepts ;") }
        guard let sign = line.firstIndex(of: "=") else {
            throw InvalidValue("the line is not KEY=VALUE; a comment starts with #")
        }
        let key = String(line[..<sign])
        let value = line[line.index(after: sign)...]
        try Self.check(key: key)
        try Self.check(value, of: key)
        pair = (key, String(value))
    }

    /// Unicode's whitespace, because some readers strip it.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func check(key: String) throws(InvalidValue) {
        let scalars = key.unicodeScalars
        guard let first = scalars.first else { throw InvalidValue("the key before = is missing") }
        if key.hasPrefix("export "), !key.dropFirst(7).contains(" ") {
            throw InvalidValue("remove 'export': systemd and Docker do not accept it")
        }
        guard !scalars.contains(where: isBlank) else { throw InvalidValue("remove the space before =") }
        let isName = scalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || isDigit($0)) }
        guard isName, !isDigit(first) else {
            throw InvalidValue("invalid key '\(key)': use letters, digits and _, and do not start with a digit")
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func check(_ value: Substring.UnicodeScalarView, of key: String) throws(InvalidValue) {
        guard let first = value.first, let last = value.last else { return }
        if isBlank(first) { throw InvalidValue("remove the space after '\(key)='") }
        if isBlank(last) { throw InvalidValue("the value of \(key) ends with a space; remove it") }
        if ["\"", "'", "`"].contains(first) {
            throw InvalidValue("the value of \(key) is in quotes, and Docker would keep them; remove them")
        }
        if value.contains("\\") {
            throw InvalidValue(
                "the value of \(key) has a backslash, which systemd would read as an escape; \(elsewhere)")
        }
        var before: Unicode.Scalar = " "
        for scalar in value {
            if scalar == "#" {
                let comment = isBlank(before) ? "put the comment on a line of its own" : elsewhere
                throw InvalidValue("the value of \(key) has a #, where dotenv would cut it; \(comment)")
            }
            if before == "$", scalar.properties.isAlphabetic || ["_", "{", "(", "$"].contains(scalar) {
                throw InvalidValue("the value of \(key) has a $, which dotenv would read as a variable; \(elsewhere)")
            }
            before = scalar
        }
    }

    private static let elsewhere = "set it in the environment instead"
}
