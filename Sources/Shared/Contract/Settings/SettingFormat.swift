/// How a setting's text is read, and how its value is written.
struct SettingFormat<Value: Equatable & Sendable>: Sendable {
    let valueName: String
    let syntax: SettingSyntax
    let read: @Sendable (_ text: String) throws(InvalidValue) -> Value
    /// The text that `read` understands; nil when there is no value.
    let write: @Sendable (Value) -> String?

    init(
        _ valueName: String, syntax: SettingSyntax = .option,
        read: @escaping @Sendable (String) throws(InvalidValue) -> Value,
        write: @escaping @Sendable (Value) -> String?
    ) {
        self.valueName = valueName
        self.syntax = syntax
        self.read = read
        self.write = write
    }

    /// A format, or a word that means nil.
    static func or<Wrapped>(
        _ word: String, _ format: SettingFormat<Wrapped>
    ) -> SettingFormat where Value == Wrapped? {
        SettingFormat("\(format.valueName)|\(word)") { text throws(InvalidValue) in
            if text.lowercased() == word { return nil }
            do {
                return try format.read(text)
            } catch {
                throw InvalidValue("\(error), or \(word)")
            }
        } write: {
            $0.map(format.write) ?? word
        }
    }

    /// A format, or `off`, which is nil; zero is nil too.
    static func orOff<Wrapped: AdditiveArithmetic>(
        _ format: SettingFormat<Wrapped>
    ) -> SettingFormat where Value == Wrapped? {
        let format = or("off", format)
        return SettingFormat(format.valueName) { text throws(InvalidValue) in
            let value = try format.read(text)
            return value == .zero ? nil : value
        } write: {
            format.write($0)
        }
    }
}

extension SettingFormat<Duration> {
    static let duration = SettingFormat("duration", read: ValueSyntax.duration, write: ValueSyntax.text)

    static let positiveDuration = SettingFormat("duration") { text throws(InvalidValue) in
        let duration = try ValueSyntax.duration(text)
        guard duration > .zero else { throw InvalidValue("give more than 0s") }
        return duration
    } write: {
        ValueSyntax.text($0)
    }
}

extension SettingFormat<Int> {
    static func count(in range: ClosedRange<Int>) -> SettingFormat {
        SettingFormat("number") { text throws(InvalidValue) in
            try ValueSyntax.count(text, in: range)
        } write: {
            String($0)
        }
    }

    static let size = SettingFormat("size", read: ValueSyntax.size, write: ValueSyntax.text(size:))

    static func size(in range: ClosedRange<Int>, orZero: Bool = false) -> SettingFormat {
        SettingFormat("size") { text throws(InvalidValue) in
            let size = try ValueSyntax.size(text)
            guard range.contains(size) || orZero && size == 0 else {
                let (least, most) = (ValueSyntax.text(size: range.lowerBound), ValueSyntax.text(size: range.upperBound))
                throw InvalidValue("give a size from \(least) to \(most)")
            }
            return size
        } write: {
            ValueSyntax.text(size: $0)
        }
    }

    static let percent = SettingFormat("percent", read: ValueSyntax.percent) { "\($0)%" }

    /// Mode bits, such as the example.
    static func mode(example: String) -> SettingFormat {
        SettingFormat("mode") { text throws(InvalidValue) in
            try ValueSyntax.mode(text, example: example)
        } write: {
            ValueSyntax.text(mode: $0)
        }
    }
}

extension SettingFormat<Int?> {
    static let umask = SettingFormat("mode") { text throws(InvalidValue) in
        try ValueSyntax.mode(text, example: "027")
    } write: {
        $0.map(ValueSyntax.text(mode:))
    }
}

extension SettingFormat<Bool> {
    static let onOff = SettingFormat("on|off", syntax: .onOff) { text throws(InvalidValue) in
        switch text.lowercased() {
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        default: throw InvalidValue("give on or off")
        }
    } write: {
        $0 ? "on" : "off"
    }
}

extension SettingFormat<String?> {
    /// - Parameter advice: the error for a text that is empty or ends in a slash.
    static func text(_ valueName: String, _ advice: String) -> SettingFormat {
        SettingFormat(valueName) { text throws(InvalidValue) in
            guard !text.isEmpty, !text.hasSuffix("/") else { throw InvalidValue(advice) }
            return text
        } write: {
            $0
        }
    }

    static let file = text("path", "give the path of a file")

    static let directory = SettingFormat("path") { text throws(InvalidValue) in
        guard !text.isEmpty else { throw InvalidValue("give the path of a directory") }
        return text
    } write: {
        $0
    }

    static let socketOrOff = SettingFormat("path|off") { text throws(InvalidValue) in
        text.lowercased() == "off" ? nil : try BindAddress.path(text)
    } write: {
        $0 ?? "off"
    }

    /// A log file or an inherited descriptor; nil is stderr.
    static let errorLog = SettingFormat("path|-") { text throws(InvalidValue) in
        guard !text.isEmpty, !text.hasSuffix("/") else { throw InvalidValue("give the path of a file, or -") }
        return text == "-" || InheritedDescriptor(path: text) == .standardError ? nil : text
    } write: {
        $0 ?? "-"
    }
}

extension SettingFormat<AccessLogDestination> {
    static let accessLog = SettingFormat("path|-|off") { text throws(InvalidValue) in
        try AccessLogDestination(text)
    } write: {
        $0.description
    }
}

extension SettingFormat where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static func choice(_ valueName: String, _ type: Value.Type) -> SettingFormat {
        SettingFormat(valueName) { text throws(InvalidValue) in
            guard let value = Value(rawValue: text.lowercased()) else {
                throw InvalidValue("give \(Value.allCases.map(\.rawValue).joined(separator: " or "))")
            }
            return value
        } write: {
            $0.rawValue
        }
    }
}

extension SettingFormat {
    /// One of a few words, or nothing.
    static func optionalChoice<Word: RawRepresentable<String> & CaseIterable>(
        _ valueName: String, _ type: Word.Type
    ) -> SettingFormat where Value == Word? {
        let format = SettingFormat<Word>.choice(valueName, type)
        return SettingFormat(valueName) { text throws(InvalidValue) in
            try format.read(text)
        } write: {
            $0.map(format.write) ?? nil
        }
    }
}

extension SettingFormat<LogLevel> {
    static let logLevel = SettingFormat("level") { text throws(InvalidValue) in
        try LogLevel(text)
    } write: {
        $0.rawValue
    }
}

extension SettingFormat<BindAddress> {
    static let address = SettingFormat("address") { text throws(InvalidValue) in
        try BindAddress(text)
    } write: {
        $0.description
    }
}

extension SettingFormat<[BindAddress]> {
    static let addresses = SettingFormat("address", syntax: .repeatableOption) { text throws(InvalidValue) in
        var addresses: [BindAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let address = try BindAddress(String(part))
            if addresses.contains(address), !address.isChosenByKernel {
                throw InvalidValue("\(address) is given twice")
            }
            addresses.append(address)
        }
        return addresses
    } write: {
        $0.map(\.description).joined(separator: ",")
    }
}

extension SettingFormat<TrustedProxies> {
    static let trustedProxies = SettingFormat("proxies", syntax: .repeatableOption) { text throws(InvalidValue) in
        try TrustedProxies(text)
    } write: {
        $0.description
    }
}

extension SettingFormat<String> {
    static let rootPath = SettingFormat("path") { text throws(InvalidValue) in
        guard let path = RootPath.normalized(Array(text.utf8).span) else {
            throw InvalidValue("give a path such as /kitchen, of letters, digits and -._~")
        }
        return path
    } write: {
        $0.isEmpty ? nil : $0
    }
}
