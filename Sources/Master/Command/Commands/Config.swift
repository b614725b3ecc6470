import ArgumentParser
import Contract

/// `brigade config`: every setting, as `serve` with the same flags and environment would have it.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show each setting: its value, where that comes from, and what a change needs.",
        discussion: """
            What a change needs: 'reload' is a new value in the env file and a HUP; 'restart' is a stop and a start, as \
            for all that the command line or the environment gives.
            """)

    @OptionGroup var options: Options

    func run() throws {
        let plan = try Plan(options)
        Warnings.write(plan.warnings)
        let rows = Setting.all.map { setting in
            let origin = plan.origins[setting.flag] ?? .default
            let change = origin.isFixed ? .restart : setting.change
            return [setting.flag, setting.write(plan.settings) ?? "unset", "\(origin)", change.rawValue]
        }
        for line in Columns.aligned([["setting", "value", "from", "a change needs"]] + rows) { print(line) }
        let application = plan.application.keys.sorted()
        if !application.isEmpty {
            print("for the application, from the env file: \(application.joined(separator: " "))")
        }
    }
}
