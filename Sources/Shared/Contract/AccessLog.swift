/// Where a line for each request goes, as it is written in settings: `off`, `-` for standard output, or a path, which may
/// mean a descriptor.
package enum AccessLog: Equatable, Sendable, CustomStringConvertible {
    case off
    case descriptor(InheritedDescriptor)
    case file(String)

    package init(_ text: String) throws(BadValue) {
        switch text.lowercased() {
        case "off": self = .off
        case "-": self = .descriptor(.standardOutput)
        default:
            guard !text.isEmpty, !text.hasSuffix("/") else { throw BadValue("give the path of a file, - or off") }
            self = InheritedDescriptor(path: text).map(Self.descriptor) ?? .file(text)
        }
    }

    package var description: String {
        switch self {
        case .off: "off"
        case .descriptor(.standardOutput): "-"
        case .descriptor(let descriptor): "\(descriptor)"
        case .file(let path): path
        }
    }
}
