import Messages

/// The cookies of one host (RFC 6265, section 5.3), by name and path. Cookies never expire, but `Max-Age=0` deletes one.
struct CookieJar {
    private struct Entry {
        let name: String
        let value: String
        let path: String
    }

    private var entries: [Entry] = []

    /// Stores the cookies that a response sets.
    mutating func store(_ fields: [Field], path: String) {
        for field in fields where field.name == "set-cookie" { store(field.value, path: path) }
    }

    private mutating func store(_ line: String, path requestPath: String) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(CookieJar.trimmed)
        guard let equals = parts[0].firstIndex(of: "="), equals > parts[0].startIndex else { return }
        let name = String(parts[0][..<equals])
        let value = String(parts[0][parts[0].index(after: equals)...])
        var path = CookieJar.defaultPath(of: requestPath)
        var isDeleted = false
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            switch (pair.first?.lowercased(), pair.dropFirst().first) {
            case ("path", let text?) where text.hasPrefix("/"): path = text
            case ("max-age", let text?): isDeleted = Int(text).map { $0 <= 0 } ?? isDeleted
            default: break
            }
        }
        entries.removeAll { $0.name == name && $0.path == path }
        if !isDeleted { entries.append(Entry(name: name, value: value, path: path)) }
    }

    private func matching(_ path: String) -> [Entry] {
        entries.filter { entry in
            path == entry.path || path.hasPrefix(entry.path.hasSuffix("/") ? entry.path : entry.path + "/")
        }
    }

    /// The value of the field `cookie` for a path; nil if there are no cookies for it.
    func fieldValue(for path: String) -> String? {
        // Longer paths first (RFC 6265, section 5.4).
        let found = matching(path).sorted { $0.path.utf8.count > $1.path.utf8.count }
        return found.isEmpty ? nil : found.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    func values(for path: String) -> [String: String] {
        Dictionary(matching(path).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// See RFC 6265, section 5.1.4.
    private static func defaultPath(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
