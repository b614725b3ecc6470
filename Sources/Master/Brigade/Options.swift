import ArgumentParser
import Contract

/// The settings as flags. Only their names stand here: what they mean and how they are read is the contract's.
struct Options: ParsableArguments {
    @Option(help: help("bind")) var bind: [String] = []
    @Option(help: help("workers")) var workers: String?
    @Option(help: help("worker")) var worker: String?
    @Flag(inversion: .prefixedNo, help: help("prestart")) var prestart: Bool?
    @Option(help: help("graceful-timeout")) var gracefulTimeout: String?
    @Option(help: help("boot-timeout")) var bootTimeout: String?
    @Option(help: help("keep-alive")) var keepAlive: String?
    @Option(help: help("header-timeout")) var headerTimeout: String?
    @Option(help: help("backlog")) var backlog: String?
    @Option(help: help("blocking-threads")) var blockingThreads: String?
    @Option(help: help("max-connections")) var maxConnections: String?
    @Option(help: help("max-body")) var maxBody: String?
    @Option(help: help("log-level")) var logLevel: String?

    /// The texts that were given, by flag.
    var texts: [String: [String]] {
        let single = [
            "workers": workers, "worker": worker, "prestart": prestart.map { $0 ? "on" : "off" },
            "graceful-timeout": gracefulTimeout, "boot-timeout": bootTimeout, "keep-alive": keepAlive,
            "header-timeout": headerTimeout, "backlog": backlog, "blocking-threads": blockingThreads,
            "max-connections": maxConnections, "max-body": maxBody, "log-level": logLevel,
        ]
        return single.compactMapValues { $0.map { [$0] } }.merging(["bind": bind]) { $1 }
    }

    private static func help(_ flag: String) -> ArgumentHelp {
        let setting = Setting.named(flag)
        let usual = setting.write(Settings()).map { "; default: \($0)" } ?? ""
        return ArgumentHelp("\(setting.help) (\(setting.variable)\(usual))")
    }
}
