/// Where the value of a setting comes from.
package enum Origin: Equatable, Sendable, CustomStringConvertible {
    /// The command line.
    case flag
    /// A variable of the process's environment, by its name.
    case environment(String)
    /// A line of the env file.
    case file(path: String, line: Int)
    case `default`
    /// Something else that was found out, in words.
    case derived(String)

    /// A process cannot be given another command line, or another environment, while it runs.
    package var isFixed: Bool {
        switch self {
        case .flag, .environment: true
        case .file, .default, .derived: false
        }
    }

    package var description: String {
        switch self {
        case .flag: "command line"
        case .environment(let name): "\(name) in the environment"
        case .file(let path, let line): "\(path):\(line)"
        case .default: "default"
        case .derived(let text): text
        }
    }
}
