package import Logging

/// A log level as it is written in settings.
package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical

    init(_ text: String) throws(BadValue) {
        guard let level = Self(rawValue: text.lowercased()) else {
            throw BadValue("give one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = level
    }

    package var level: Logger.Level { Logger.Level(rawValue: rawValue)! }
}
