/// One setting, declared once: its names, its default, how its text is read and written, what a change of it needs, and
/// the texts that document it. The declarations stand in `SettingsSchema`, the values in `Settings`.
package struct Setting<Value: Equatable & Sendable>: SettingDeclaration {
    package let flag: String
    package let shortFlag: Character?
    package let variable: String
    package let reloadRule: ReloadRule
    package let section: SettingSection
    package let help: String
    package let details: String
    package let defaultValue: Value
    private let format: SettingFormat<Value>
    private let defaultNote: String?

    /// - Parameters:
    ///   - help: one sentence, for `--help` and the reference.
    ///   - details: more sentences, for the reference alone (Markdown).
    ///   - defaultNote: what the help and the reference say in the default's place (Markdown).
    init(
        _ flag: String, short: Character? = nil, _ variable: String, _ format: SettingFormat<Value>,
        default defaultValue: Value, _ reloadRule: ReloadRule, _ section: SettingSection, help: String,
        details: String = "", defaultNote: String? = nil
    ) {
        self.flag = flag
        shortFlag = short
        self.variable = variable
        self.format = format
        self.defaultValue = defaultValue
        self.reloadRule = reloadRule
        self.section = section
        self.help = help
        self.details = details
        self.defaultNote = defaultNote
    }

    package var valueName: String { format.valueName }
    package var syntax: SettingSyntax { format.syntax }

    package var defaultDescription: String? {
        defaultNote ?? format.write(defaultValue).map { "`\($0)`" }
    }

    package func read(_ text: String, into settings: inout Settings) throws(InvalidValue) {
        settings[self] = try format.read(text)
    }

    package func text(in settings: Settings) -> String? {
        format.write(settings[self])
    }
}

/// A `Setting` of any value.
package protocol SettingDeclaration: Sendable {
    /// Without its dashes.
    var flag: String { get }
    var shortFlag: Character? { get }
    /// The environment variable, which is also the key in an env file.
    var variable: String { get }
    var reloadRule: ReloadRule { get }
    var section: SettingSection { get }
    /// One sentence, for `--help`.
    var help: String { get }
    /// More sentences, for the reference (Markdown); may be empty.
    var details: String { get }
    /// What stands for a value in `--help`: `duration` in `--keep-alive <duration>`.
    var valueName: String { get }
    var syntax: SettingSyntax { get }
    /// The default (Markdown). Nil when the setting has no value by default.
    var defaultDescription: String? { get }

    func read(_ text: String, into settings: inout Settings) throws(InvalidValue)
    /// The text that `read` understands. Nil when there is no value.
    func text(in settings: Settings) -> String?
}

/// What a change of a setting needs, once the env file has the new value.
package enum ReloadRule: String, Sendable {
    /// HUP: the next generation of workers gets it.
    case reload
    /// A stop and a start: it belongs to the master's own process.
    case restart
}

/// A section of the reference, in its order.
package enum SettingSection: String, CaseIterable, Sendable {
    case processes = "Processes"
    case timeouts = "Timeouts"
    case limits = "Limits"
    case proxies = "Behind a proxy"
    case replacement = "Recycling and reload"
    case logs = "Logs"
}

/// How a setting is given on the command line.
package enum SettingSyntax: Sendable {
    /// `--flag VALUE`.
    case option
    /// `--flag VALUE`, any number of times; the values are joined by commas.
    case repeatableOption
    /// `--flag` and `--no-flag`.
    case onOff
}
