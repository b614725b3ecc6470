/// One setting: its names, and how its text becomes a value and back.
package struct Setting: Sendable {
    /// What a change of a setting needs, once it stands in the env file.
    package enum Change: String, Sendable {
        /// HUP: the next generation of workers has it.
        case reload
        /// A stop and a start: it belongs to the master's own process.
        case restart
    }

    /// The flag, without its dashes.
    package let flag: String
    /// The environment variable.
    package let variable: String
    /// One line for `--help`.
    package let help: String
    package let change: Change
    /// Reads the text into the settings.
    package let read: @Sendable (_ text: String, _ settings: inout Settings) throws(BadValue) -> Void
    /// The text that `read` understands; nil when there is none to say (the default).
    package let write: @Sendable (Settings) -> String?

    /// The setting of a flag.
    package static func named(_ flag: String) -> Setting {
        all.first { $0.flag == flag }!
    }

    init(
        _ flag: String, _ variable: String, _ change: Change, _ help: String,
        read: @escaping @Sendable (String, inout Settings) throws(BadValue) -> Void,
        write: @escaping @Sendable (Settings) -> String?
    ) {
        self.flag = flag
        self.variable = variable
        self.change = change
        self.help = help
        self.read = read
        self.write = write
    }
}
