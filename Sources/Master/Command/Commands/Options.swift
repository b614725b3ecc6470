import ArgumentParser
import Contract

/// The settings as flags. Only their names stand here: what they mean and how they are read is the contract's, which
/// also says what is wrong with a value; so `--workers -1` is a value, not two flags.
struct Options: ParsableArguments {
    @Option(name: [.long, .customShort("b")], parsing: .unconditionalSingleValue, help: help("bind")) var bind:
        [String] = []
    @Option(name: [.long, .customShort("w")], parsing: .unconditional, help: help("workers")) var workers: String?
    @Option(parsing: .unconditional, help: help("worker")) var worker: String?
    @Option(parsing: .unconditional, help: help("env-file")) var envFile: String?
    @Flag(inversion: .prefixedNo, help: help("prestart")) var prestart: Bool?
    @Option(parsing: .unconditional, help: help("prestart-timeout")) var prestartTimeout: String?
    @Option(parsing: .unconditional, help: help("graceful-timeout")) var gracefulTimeout: String?
    @Option(name: [.long, .customShort("t")], parsing: .unconditional, help: help("worker-timeout")) var workerTimeout:
        String?
    @Option(parsing: .unconditional, help: help("boot-timeout")) var bootTimeout: String?
    @Option(parsing: .unconditional, help: help("request-timeout")) var requestTimeout: String?
    @Option(parsing: .unconditional, help: help("keep-alive")) var keepAlive: String?
    @Option(parsing: .unconditional, help: help("header-timeout")) var headerTimeout: String?
    @Option(parsing: .unconditional, help: help("body-timeout")) var bodyTimeout: String?
    @Option(parsing: .unconditional, help: help("send-timeout")) var sendTimeout: String?
    @Option(parsing: .unconditional, help: help("shutdown-delay")) var shutdownDelay: String?
    @Option(parsing: .unconditional, help: help("backlog")) var backlog: String?
    @Option(parsing: .unconditional, help: help("blocking-threads")) var blockingThreads: String?
    @Option(parsing: .unconditional, help: help("max-connections")) var maxConnections: String?
    @Option(parsing: .unconditional, help: help("max-connections-per-address")) var maxConnectionsPerAddress: String?
    @Option(parsing: .unconditional, help: help("max-body")) var maxBody: String?
    @Option(parsing: .unconditional, help: help("buffer-memory")) var bufferMemory: String?
    @Option(parsing: .unconditional, help: help("limit-request-line")) var limitRequestLine: String?
    @Option(parsing: .unconditional, help: help("limit-request-field-size")) var limitRequestFieldSize: String?
    @Option(parsing: .unconditional, help: help("limit-request-fields")) var limitRequestFields: String?
    @Option(parsing: .unconditional, help: help("limit-request-head")) var limitRequestHead: String?
    @Option(parsing: .unconditional, help: help("max-requests")) var maxRequests: String?
    @Option(parsing: .unconditional, help: help("max-requests-jitter")) var maxRequestsJitter: String?
    @Option(parsing: .unconditional, help: help("max-worker-memory")) var maxWorkerMemory: String?
    @Option(parsing: .unconditional, help: help("max-surge")) var maxSurge: String?
    @Option(parsing: .unconditional, help: help("max-unavailable")) var maxUnavailable: String?
    @Option(parsing: .unconditional, help: help("user")) var user: String?
    @Option(parsing: .unconditional, help: help("group")) var group: String?
    @Option(parsing: .unconditional, help: help("umask")) var umask: String?
    @Option(parsing: .unconditional, help: help("socket-mode")) var socketMode: String?
    @Option(parsing: .unconditional, help: help("pidfile")) var pidfile: String?
    @Option(parsing: .unconditional, help: help("control")) var control: String?
    @Option(parsing: .unconditional, help: help("access-log")) var accessLog: String?
    @Option(parsing: .unconditional, help: help("error-log")) var errorLog: String?
    @Option(parsing: .unconditional, help: help("chdir")) var chdir: String?
    @Option(parsing: .unconditional, help: help("log-level")) var logLevel: String?

    // Not there yet: they are read so that what is said is more than that they are unknown.
    @Option(parsing: .unconditional, help: .hidden) var metricsBind: String?
    @Option(parsing: .unconditional, help: .hidden) var logFormat: String?
    @Option(parsing: .unconditional, help: .hidden) var forwardedAllowIps: String?

    /// The texts that were given, by flag.
    var texts: [String: [String]] {
        let single = [
            "workers": workers, "worker": worker, "env-file": envFile, "prestart": prestart.map { $0 ? "on" : "off" },
            "prestart-timeout": prestartTimeout, "graceful-timeout": gracefulTimeout, "worker-timeout": workerTimeout,
            "boot-timeout": bootTimeout,
            "request-timeout": requestTimeout, "keep-alive": keepAlive, "header-timeout": headerTimeout,
            "body-timeout": bodyTimeout, "send-timeout": sendTimeout, "buffer-memory": bufferMemory,
            "max-connections-per-address": maxConnectionsPerAddress, "shutdown-delay": shutdownDelay,
            "backlog": backlog, "blocking-threads": blockingThreads,
            "max-connections": maxConnections, "max-body": maxBody,
            "limit-request-line": limitRequestLine, "limit-request-field-size": limitRequestFieldSize,
            "limit-request-fields": limitRequestFields, "limit-request-head": limitRequestHead,
            "max-requests": maxRequests,
            "max-requests-jitter": maxRequestsJitter, "max-worker-memory": maxWorkerMemory, "max-surge": maxSurge,
            "max-unavailable": maxUnavailable, "user": user, "group": group, "umask": umask,
            "socket-mode": socketMode, "pidfile": pidfile,
            "control": control, "access-log": accessLog, "error-log": errorLog, "chdir": chdir, "log-level": logLevel,
            "metrics-bind": metricsBind,
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
