/// Where the access log goes, as it is written in settings: `off`, `-` for standard output, or a path, which may mean a
/// descriptor.
package enum AccessLogDestination: Equatable, Sendable, CustomStringConvertible {
    case off
    case descriptor(InheritedDescriptor)
    case file(String)

    package init(_ text: String) throws(InvalidValue) {
        switch text.lowercased() {
        case "off": self = .off
        case "-": self = .descriptor(.standardOutput)
        default:
            guard !text.isEmpty, !text.hasSuffix("/") else { throw InvalidValue("give the path of a file, - or off") }
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

/// A descriptor that this process got from the one that started it, given by a path that means it: `/dev/stdout`,
/// `/dev/fd/5`, `/proc/self/fd/5`.
///
/// It is used as it is. Opening such a path would open the file again, which another user may not do, and which nobody can
/// do with a socket (ENXIO of open(2)), such as systemd's standard streams.
package struct InheritedDescriptor: Equatable, Sendable, CustomStringConvertible {
    package let number: Int32

    package static let standardOutput = InheritedDescriptor(1)
    package static let standardError = InheritedDescriptor(2)

    package init(_ number: Int32) {
        self.number = number
    }

    /// Nil for the path of a file.
    package init?(path: String) {
        if let stream = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].firstIndex(of: path) {
            self.init(Int32(stream))
            return
        }
        let folders = ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"]
        guard let folder = folders.first(where: path.hasPrefix) else { return nil }
        let digits = path.dropFirst(folder.count)
        guard let number = Int32(digits), String(number) == digits, number >= 0 else { return nil }
        self.init(number)
    }

    package var description: String { "/dev/fd/\(number)" }

    /// Standard input, output or error, which every process has and passes on.
    package var isStandard: Bool { number <= Self.standardError.number }
}

package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical

    package init(_ text: String) throws(InvalidValue) {
        let name = text.lowercased()
        guard let level = Self(rawValue: Self.otherNames[name] ?? name) else {
            throw InvalidValue("give one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = level
    }

    /// Of syslog, and of the loggers of Python and Java.
    private static let otherNames = ["warn": "warning", "err": "error", "crit": "critical", "fatal": "critical"]
}

/// How the log's lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// One object per line, for machines.
    case json
}

/// How the lines of the access log are written.
package enum AccessLogFormat: String, CaseIterable, Sendable {
    /// The combined log format of Apache and nginx, with more at the end.
    case combined
    /// One object per line, with the keys of the log.
    case json
}
