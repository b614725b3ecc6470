/// Where a line for each request goes, as it is written in settings: `off`, `-` for standard output, or a path.
package enum AccessLog: Equatable, Sendable, CustomStringConvertible {
    case off
    case standardOutput
    case file(String)

    init(_ text: String) throws(BadValue) {
        switch text {
        case "off": self = .off
        case "-": self = .standardOutput
        default:
            guard !text.isEmpty, !text.hasSuffix("/") else { throw BadValue("give the path of a file, - or off") }
            self = .file(text)
        }
    }

    package var description: String {
        switch self {
        case .off: "off"
        case .standardOutput: "-"
        case .file(let path): path
        }
    }
}
