import ArgumentParser
import Contract

/// `brigade config`: every setting, as `serve` with the same flags and environment would have it.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show each setting, its source, and when a change takes effect.",
        discussion: """
            A change takes effect on 'reload', by a new value in the env file and a HUP, or on 'restart', by a stop and a \
            start. What the command line or the environment sets always needs a restart.
            """)

    @OptionGroup var options: SettingOptions
    @Flag(help: ArgumentHelp("Print the reference of all settings, as in docs/settings.md.", visibility: .hidden))
    var markdown = false

    func run() throws {
        if markdown { return print(Self.reference) }
        let configuration = try ServerConfiguration(options)
        Program.printWarnings(configuration.warnings)
        let rows = SettingsSchema.all.map { setting in
            let source = configuration.sources[setting.flag] ?? .default
            let rule = source.needsRestart ? .restart : setting.reloadRule
            return [setting.flag, setting.text(in: configuration.settings) ?? "unset", "\(source)", rule.rawValue]
        }
        for line in TextTable.lines([["setting", "value", "source", "takes effect on"]] + rows) { print(line) }
        let keys = configuration.applicationVariables.keys.sorted()
        if !keys.isEmpty { print("passed to the application from the env file: \(keys.joined(separator: " "))") }
    }

    /// The tables of docs/settings.md.
    static let reference = SettingSection.allCases.map { section in
        let rows = SettingsSchema.all.filter { $0.section == section }.map(row)
        let head = [
            "### \(section.rawValue)", "", "| flag | variable | unit | default | takes effect on | meaning |",
            "|---|---|---|---|---|---|",
        ]
        return (head + rows).joined(separator: "\n")
    }.joined(separator: "\n\n")

    private static func row(_ setting: any SettingDeclaration) -> String {
        let short = setting.shortFlag.map { ", `-\($0)`" } ?? ""
        let flags =
            switch setting.syntax {
            case .option: "`--\(setting.flag)`\(short)"
            case .repeatableOption: "`--\(setting.flag)`\(short) (repeatable)"
            case .onOff: "`--\(setting.flag)`, `--no-\(setting.flag)`"
            }
        let unit = setting.valueName.split(separator: "|").map { keywords.contains($0) ? "`\($0)`" : "\($0)" }
        let meaning = setting.details.isEmpty ? setting.help : "\(setting.help) \(setting.details)"
        let columns = [
            flags, "`\(setting.variable)`", unit.joined(separator: ", "), setting.defaultDescription ?? "none",
            setting.reloadRule.rawValue, meaning,
        ]
        return "| \(columns.joined(separator: " | ")) |"
    }

    private static let keywords: Set<Substring> = ["on", "off", "auto", "-"]
}
