import Brigade

/// A setting of this application whose value cannot be used: its name, and what would be right.
struct SettingError: InvalidSettingError, Equatable, CustomStringConvertible {
    let name: String
    let reason: String

    var description: String { "\(name): \(reason)" }
}
