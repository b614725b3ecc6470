/// One setting: its names, and how its text becomes a value and back.
package struct Setting: Sendable {
    /// The flag, without its dashes.
    package let flag: String
    /// The environment variable.
    package let variable: String
    /// One line for `--help`.
    package let help: String
    /// Reads the text into the settings.
    package let read: @Sendable (_ text: String, _ settings: inout Settings) throws(BadValue) -> Void
    /// The text that `read` understands; nil when there is none to say (the default).
    package let write: @Sendable (Settings) -> String?

    /// Every setting there is, in the order of the documentation.
    package static let all: [Setting] = [
        Setting(flag: "bind", variable: "BIND", help: "Where to listen: host:port or unix:path; several with commas.") {
            text, settings throws(BadValue) in
            var addresses: [BindAddress] = []
            for one in text.split(separator: ",", omittingEmptySubsequences: false) {
                let address = try BindAddress(String(one))
                if addresses.contains(address), !address.isChosenByKernel {
                    throw BadValue("\(address) is given twice")
                }
                addresses.append(address)
            }
            settings.bind = addresses
        } write: {
            $0.bind.map(\.description).joined(separator: ",")
        },
        Setting(flag: "workers", variable: "WEB_CONCURRENCY", help: "How many workers: a number, or auto.") {
            text, settings throws(BadValue) in
            settings.workers = text == "auto" ? nil : try Units.count(text, in: 1...256)
        } write: {
            $0.workers.map(String.init) ?? "auto"
        },
        Setting(flag: "worker", variable: "BRIGADE_WORKER", help: "The worker's executable.") {
            text, settings throws(BadValue) in
            guard !text.isEmpty else { throw BadValue("give the path of an executable") }
            settings.worker = text
        } write: {
            $0.worker
        },
        Setting(flag: "prestart", variable: "BRIGADE_PRESTART", help: "Run 'WORKER prestart' before the workers.") {
            text, settings throws(BadValue) in
            switch text.lowercased() {
            case "on", "true", "yes", "1": settings.prestart = true
            case "off", "false", "no", "0": settings.prestart = false
            default: throw BadValue("give on or off")
            }
        } write: {
            $0.prestart ? "on" : "off"
        },
        duration("graceful-timeout", "GRACEFUL_TIMEOUT", \.gracefulTimeout, "How long a draining worker may take."),
        duration("boot-timeout", "BOOT_TIMEOUT", \.bootTimeout, "How long a worker may take to become ready."),
        duration("keep-alive", "KEEP_ALIVE", \.keepAlive, "How long an idle connection is kept."),
        duration("header-timeout", "HEADER_TIMEOUT", \.headerTimeout, "How long a request's head may take."),
        count("backlog", "BACKLOG", \.backlog, in: 1...65535, "The length of the queue of the listening socket."),
        count(
            "blocking-threads", "BLOCKING_THREADS", \.blockingThreads, in: 1...1024,
            "Threads for blocking endpoints, a worker."),
        count("max-connections", "MAX_CONNECTIONS", \.maxConnections, in: 1...1_000_000, "Open connections, a worker."),
        Setting(flag: "max-body", variable: "MAX_BODY", help: "The largest body of a request.") {
            text, settings throws(BadValue) in
            settings.maxBody = try Units.size(text)
        } write: {
            Units.text(size: $0.maxBody)
        },
        Setting(
            flag: "log-level", variable: "LOG_LEVEL", help: "trace, debug, info, notice, warning, error or critical."
        ) {
            text, settings throws(BadValue) in
            settings.logLevel = try LogLevel(text)
        } write: {
            $0.logLevel.rawValue
        },
    ]

    /// The setting of a flag.
    package static func named(_ flag: String) -> Setting {
        all.first { $0.flag == flag }!
    }

    init(
        flag: String, variable: String, help: String,
        read: @escaping @Sendable (String, inout Settings) throws(BadValue) -> Void,
        write: @escaping @Sendable (Settings) -> String?
    ) {
        self.flag = flag
        self.variable = variable
        self.help = help
        self.read = read
        self.write = write
    }

    private typealias Member<Value> = any WritableKeyPath<Settings, Value> & Sendable

    private static func duration(_ flag: String, _ variable: String, _ member: Member<Duration>, _ help: String)
        -> Setting
    {
        Setting(flag: flag, variable: variable, help: help) { text, settings throws(BadValue) in
            settings[keyPath: member] = try Units.duration(text)
        } write: {
            Units.text($0[keyPath: member])
        }
    }

    private static func count(
        _ flag: String, _ variable: String, _ member: Member<Int>, in range: ClosedRange<Int>, _ help: String
    ) -> Setting {
        Setting(flag: flag, variable: variable, help: help) { text, settings throws(BadValue) in
            settings[keyPath: member] = try Units.count(text, in: range)
        } write: {
            String($0[keyPath: member])
        }
    }
}
