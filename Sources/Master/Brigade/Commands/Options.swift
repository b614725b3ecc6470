import ArgumentParser
import Contract

/// The settings as flags. Only their names stand here: what they mean and how they are read is the contract's, which
/// also says what is wrong with a value; so `--workers -1` is a value, not two flags.
struct Options: ParsableArguments {
    @Option(parsing: .unconditionalSingleValue, help: help("bind")) var bind: [String] = []
    @Option(parsing: .unconditional, help: help("workers")) var workers: String?
    @Option(parsing: .unconditional, help: help("worker")) var worker: String?
    @Option(parsing: .unconditional, help: help("env-file")) var envFile: String?
    @Flag(inversion: .prefixedNo, help: help("prestart")) var prestart: Bool?
    @Option(parsing: .unconditional, help: help("graceful-timeout")) var gracefulTimeout: String?
    @Option(parsing: .unconditional, help: help("worker-timeout")) var workerTimeout: String?
    @Option(parsing: .unconditional, help: help("boot-timeout")) var bootTimeout: String?
    @Option(parsing: .unconditional, help: help("request-timeout")) var requestTimeout: String?
    @Option(parsing: .unconditional, help: help("keep-alive")) var keepAlive: String?
    @Option(parsing: .unconditional, help: help("header-timeout")) var headerTimeout: String?
    @Option(parsing: .unconditional, help: help("shutdown-delay")) var shutdownDelay: String?
    @Option(parsing: .unconditional, help: help("backlog")) var backlog: String?
    @Option(parsing: .unconditional, help: help("blocking-threads")) var blockingThreads: String?
    @Option(parsing: .unconditional, help: help("max-connections")) var maxConnections: String?
    @Option(parsing: .unconditional, help: help("max-body")) var maxBody: String?
    @Option(parsing: .unconditional, help: help("max-requests")) var maxRequests: String?
    @Option(parsing: .unconditional, help: help("max-requests-jitter")) var maxRequestsJitter: String?
    @Option(parsing: .unconditional, help: help("max-worker-memory")) var maxWorkerMemory: String?
    @Option(parsing: .unconditional, help: help("max-surge")) var maxSurge: String?
    @Option(parsing: .unconditional, help: help("max-unavailable")) var maxUnavailable: String?
    @Option(parsing: .unconditional, help: help("user")) var user: String?
    @Option(parsing: .unconditional, help: help("group")) var group: String?
    @Option(parsing: .unconditional, help: help("umask")) var umask: String?
    @Option(parsing: .unconditional, help: help("pidfile")) var pidfile: String?
    @Option(parsing: .unconditional, help: help("control")) var control: String?
    @Option(parsing: .unconditional, help: help("access-log")) var accessLog: String?
    @Option(parsing: .unconditional, help: help("log-level")) var logLevel: String?

    // Not there yet: they are read so that what is said is more than that they are unknown.
    @Option(parsing: .unconditional, help: .hidden) var metricsBind: String?
    @Option(parsing: .unconditional, help: .hidden) var logFormat: String?
    @Option(parsing: .unconditional, help: .hidden) var forwardedAllowIps: String?

    /// The texts that were given, by flag.
    var texts: [String: [String]] {
        let single = [
            "workers": workers, "worker": worker, "env-file": envFile, "prestart": prestart.map { $0 ? "on" : "off" },
            "graceful-timeout": gracefulTimeout, "worker-timeout": workerTimeout, "boot-timeout": bootTimeout,
            "request-timeout": requestTimeout, "keep-alive": keepAlive, "header-timeout": headerTimeout,
            "shutdown-delay": shutdownDelay, "backlog": backlog, "blocking-threads": blockingThreads,
            "max-connections": maxConnections, "max-body": maxBody, "max-requests": maxRequests,
            "max-requests-jitter": maxRequestsJitter, "max-worker-memory": maxWorkerMemory, "max-surge": maxSurge,
            "max-unavailable": maxUnavailable, "user": user, "group": group, "umask": umask, "pidfile": pidfile,
            "control": control, "access-log": accessLog, "log-level": logLevel, "metrics-bind": metricsBind,
            "log-format": logFormat, "forwarded-allow-ips": forwardedAllowIps,
        ]
        return single.compactMapValues { $0.map { [$0] } }.merging(["bind": bind]) { $1 }
    }

    private static func help(_ flag: String) -> ArgumentHelp {
        let setting = Setting.named(flag)
        let usual = setting.write(Settings()).map { "; default: \($0)" } ?? ""
        return ArgumentHelp("\(setting.help) (\(setting.variable)\(usual))")
    }
}
