/// A line of an env file. What is wrong with one is said without its value, which may be a secret.
struct EnvFileLine {
    /// Nil for a comment or a blank line.
    let pair: (key: String, value: String)?

    /// - Parameter bytes: without the newline.
    init(_ bytes: ArraySlice<UInt8>) throws(BadValue) {
        let whole = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard !whole.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") }),
            let text = String(validating: whole, as: UTF8.self)
        else {
            throw BadValue("this is no line of text in UTF-8")
        }
        let line = text.unicodeScalars.drop(while: Self.isBlank)
        guard let first = line.first, first != "#" else {
            pair = nil
            return
        }
        guard first != ";" else { throw BadValue("a comment begins with #; only systemd knows ;") }
        guard let sign = line.firstIndex(of: "=") else {
            throw BadValue("this is not KEY=VALUE; a comment begins with #")
        }
        let key = String(line[..<sign])
        let value = line[line.index(after: sign)...]
        try Self.check(key: key)
        try Self.check(value, of: key)
        pair = (key, String(value))
    }

    /// Also of the scripts that have blanks of their own, which some readers take off.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func check(key: String) throws(BadValue) {
        let scalars = key.unicodeScalars
        guard let first = scalars.first else { throw BadValue("there is no key before the =") }
        if key.hasPrefix("export "), !key.dropFirst(7).contains(" ") {
            throw BadValue("leave out 'export': systemd and Docker do not know it")
        }
        guard !scalars.contains(where: isBlank) else { throw BadValue("there is a blank before the =; leave it out") }
        let isName = scalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || isDigit($0)) }
        guard isName, !isDigit(first) else {
            throw BadValue("'\(key)' is no key: one is of letters, digits and _, and begins with no digit")
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func check(_ value: Substring.UnicodeScalarView, of key: String) throws(BadValue) {
        guard let first = value.first, let last = value.last else { return }
        if isBlank(first) { throw BadValue("there is a blank behind '\(key)='; leave it out") }
        if isBlank(last) { throw BadValue("the value of \(key) ends in a blank; leave it out") }
        if ["\"", "'", "`"].contains(first) {
            throw BadValue("the value of \(key) is in quotes, which Docker would keep; leave them out")
        }
        if value.contains("\\") {
            throw BadValue("the value of \(key) has a backslash, which systemd would take as an escape; \(elsewhere)")
        }
        var before: Unicode.Scalar = " "
        for scalar in value {
            if scalar == "#" {
                let comment = isBlank(before) ? "a comment has a line of its own" : elsewhere
                throw BadValue("the value of \(key) has a #, at which dotenv would cut it; \(comment)")
            }
            if before == "$", scalar.properties.isAlphabetic || ["_", "{", "(", "$"].contains(scalar) {
                throw BadValue("the value of \(key) has a $, which dotenv would take as a variable's; \(elsewhere)")
            }
            before = scalar
        }
    }

    private static let elsewhere = "give this one in the environment"
}
