/// A log level as it is written in settings.
package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical

    init(_ text: String) throws(BadValue) {
        let name = text.lowercased()
        guard let level = Self(rawValue: Self.otherNames[name] ?? name) else {
            throw BadValue("give one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = level
    }

    /// As syslog, Python and Java's loggers have them.
    private static let otherNames = ["warn": "warning", "err": "error", "crit": "critical", "fatal": "critical"]
}
