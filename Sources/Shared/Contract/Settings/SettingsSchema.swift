/// Every setting, in the order of the documentation.
///
/// To add a setting, declare it here. Its flag, its variable, its line in `--help` and in `brigade config`, its row in
/// docs/settings.md and its place in `Settings` follow from the declaration. The property has the flag's name in camel
/// case.
package struct SettingsSchema: Sendable {
    // MARK: - Processes

    package let bind = Setting(
        "bind", short: "b", "BIND", .addresses, default: [.tcp(host: "127.0.0.1", port: 8001)], .restart, .processes,
        help: "Where to listen: host:port or unix:path; several with commas.",
        details: "An IPv6 address is `[ipv6]:port`. Without `BIND`, the variables `HOST` and `PORT` set the address.")
    package let workers = Setting(
        "workers", short: "w", "WEB_CONCURRENCY", .or("auto", .count(in: 1...256)), default: nil, .reload, .processes,
        help: "How many workers; auto is one per available processor.",
        details: "CPU affinity and the control group's quota count. The log says how the number was found.")
    package let worker = Setting(
        "worker", "BRIGADE_WORKER", .text("path", "give the path of an executable"), default: nil, .reload, .processes,
        help: "The worker's executable.", defaultNote: "`recipe-worker` next to `brigade`")
    package let envFile = Setting(
        "env-file", "BRIGADE_ENV_FILE", .file, default: nil, .restart, .processes,
        help: "A file of KEY=VALUE lines: settings and the application's variables; -PATH: it may be missing.")
    package let prestart = Setting(
        "prestart", "BRIGADE_PRESTART", .onOff, default: true, .reload, .processes,
        help: "Run 'WORKER prestart' before the workers start.")
    package let chdir = Setting(
        "chdir", "BRIGADE_CHDIR", .directory, default: nil, .restart, .processes,
        help: "The directory to change to first; relative paths start there.",
        details: "The env file cannot set it, because its own path depends on it.")
    package let user = Setting(
        "user", "BRIGADE_USER", .text("user", "give the name or the number of a user"), default: nil, .restart,
        .processes,
        help: "The user that workers and the prestart run as.",
        details: "Only a master that root starts can change it. They get that user's `HOME`, `USER`, `LOGNAME` and "
            + "`SHELL`, and run with `no_new_privs`.", defaultNote: "unchanged")
    package let group = Setting(
        "group", "BRIGADE_GROUP", .text("group", "give the name or the number of a group"), default: nil, .restart,
        .processes,
        help: "The group that workers and the prestart run as.", defaultNote: "the user's group")
    package let umask = Setting(
        "umask", "BRIGADE_UMASK", .umask, default: nil, .restart, .processes,
        help: "The mode bits that new files do not get, in octal, such as 027 (umask(2)).",
        details: "Unix sockets have `--socket-mode` instead.", defaultNote: "unchanged")
    package let socketMode = Setting(
        "socket-mode", "BRIGADE_SOCKET_MODE", .mode(example: "0660"), default: 0o666, .restart, .processes,
        help: "The mode of unix sockets, in octal, whatever the umask is: who may connect.",
        details: "`0660` is the socket's user and group, which are those of `--user` and `--group`. Only the master's "
            + "user may use the control socket.")
    package let pidfile = Setting(
        "pidfile", "PIDFILE", .file, default: nil, .restart, .processes,
        help: "A file for the master's pid; its lock keeps a second master from starting.",
        details: "A file that holds more than a number is refused.")
    package let control = Setting(
        "control", "BRIGADE_CONTROL", .socketOrOff, default: nil, .restart, .processes,
        help: "The control socket, for brigade status, top, reload and the other commands.",
        details: "See [control.md](control.md).",
        defaultNote: "`$RUNTIME_DIRECTORY/control.sock` if that variable is set, else `off`")
    package let metricsBind = Setting(
        "metrics-bind", "METRICS_BIND", .or("off", .address), default: nil, .restart, .processes,
        help: "Where to serve metrics, for Prometheus: host:port or unix:path.",
        details: "Nobody is asked who they are: give an address that only the right people can reach, such as "
            + "`127.0.0.1:9001`. See [metrics.md](metrics.md).")

    // MARK: - Timeouts

    package let workerTimeout = Setting(
        "worker-timeout", short: "t", "TIMEOUT", .orOff(.duration), default: .seconds(30), .reload, .timeouts,
        help: "How long a worker's event loop may be blocked before the worker is replaced.",
        details: "The minimum in effect is 2 s. A worker is also replaced when its blocking threads exceed "
            + "`--request-timeout` for so long.")
    package let gracefulTimeout = Setting(
        "graceful-timeout", "GRACEFUL_TIMEOUT", .duration, default: .seconds(30), .reload, .timeouts,
        help: "How long a draining worker may take before its requests are cancelled.")
    package let bootTimeout = Setting(
        "boot-timeout", "BOOT_TIMEOUT", .positiveDuration, default: .seconds(60), .reload, .timeouts,
        help: "How long a worker may take to become ready.")
    package let prestartTimeout = Setting(
        "prestart-timeout", "PRESTART_TIMEOUT", .orOff(.duration), default: .seconds(600), .reload, .timeouts,
        help: "How long the prestart may take before it is stopped and counts as failed.")
    package let requestTimeout = Setting(
        "request-timeout", "REQUEST_TIMEOUT", .orOff(.duration), default: nil, .reload, .timeouts,
        help: "How long a request may take before it is cancelled and answered with 503.")
    package let shutdownDelay = Setting(
        "shutdown-delay", "SHUTDOWN_DELAY", .duration, default: .zero, .reload, .timeouts,
        help: "How long to keep serving, with readiness off, before a graceful stop.",
        details: "It gives load balancers time to notice.")
    package let keepAlive = Setting(
        "keep-alive", "KEEP_ALIVE", .duration, default: .seconds(75), .reload, .timeouts,
        help: "How long an idle connection is kept open.")
    package let headerTimeout = Setting(
        "header-timeout", "HEADER_TIMEOUT", .positiveDuration, default: .seconds(10), .reload, .timeouts,
        help: "How long a client may take to send a request's head.",
        details: "The time starts with the head's first byte, or when the connection opens.")
    package let bodyTimeout = Setting(
        "body-timeout", "BODY_TIMEOUT", .positiveDuration, default: .seconds(30), .reload, .timeouts,
        help: "How long a client may send nothing of a request's body.",
        details: "A client must also keep to a minimum rate.")
    package let sendTimeout = Setting(
        "send-timeout", "SEND_TIMEOUT", .positiveDuration, default: .seconds(30), .reload, .timeouts,
        help: "How long a client may read nothing of its response.",
        details: "A client must also keep to a minimum rate.")

    // MARK: - Limits

    package let backlog = Setting(
        "backlog", "BACKLOG", .count(in: 1...65535), default: 2048, .restart, .limits,
        help: "The length of each listening socket's queue (listen(2)).")
    package let blockingThreads = Setting(
        "blocking-threads", "BLOCKING_THREADS", .count(in: 1...1024), default: 8, .reload, .limits,
        help: "Threads for blocking handlers, per worker.")
    package let maxConnections = Setting(
        "max-connections", "MAX_CONNECTIONS", .count(in: 1...1_000_000), default: 1024, .reload, .limits,
        help: "Open connections, per worker.")
    package let maxConnectionsPerAddress = Setting(
        "max-connections-per-address", "MAX_CONNECTIONS_PER_ADDRESS", .orOff(.count(in: 0...1_000_000)), default: nil,
        .reload, .limits,
        help: "Open connections per client address (IPv6: per /64), over all workers.",
        details: "Leave it off behind a proxy, but for the PROXY protocol: it does not know the addresses of header "
            + "fields.")
    package let maxBody = Setting(
        "max-body", "MAX_BODY", .size, default: 16 << 20, .reload, .limits, help: "The largest body of a request.",
        details: "A larger one is answered with 413.")
    package let bufferMemory = Setting(
        "buffer-memory", "BUFFER_MEMORY", .or("auto", .size(in: 1 << 20...1 << 40)), default: nil, .reload, .limits,
        help: "Memory for the request and response bodies of all connections, per worker.",
        details: "`auto` is a quarter of the memory that the worker may use, and at most 256 MiB.")
    package let limitRequestLine = Setting(
        "limit-request-line", "LIMIT_REQUEST_LINE", .size(in: 256...16 << 20), default: 8 << 10, .reload, .limits,
        help: "The longest request line.", details: "A longer one is answered with 414.")
    package let limitRequestFieldSize = Setting(
        "limit-request-field-size", "LIMIT_REQUEST_FIELD_SIZE", .size(in: 256...16 << 20), default: 64 << 10, .reload,
        .limits,
        help: "The largest header field of a request.",
        details: "The default leaves room for cookies and Negotiate tokens. A larger field is answered with 431.")
    package let limitRequestFields = Setting(
        "limit-request-fields", "LIMIT_REQUEST_FIELDS", .count(in: 1...32768), default: 100, .reload, .limits,
        help: "The most header fields of a request.", details: "More are answered with 431.")
    package let limitRequestHead = Setting(
        "limit-request-head", "LIMIT_REQUEST_HEAD", .size(in: 1024...16 << 20), default: 128 << 10, .reload, .limits,
        help: "The largest head of a request: the request line and all header fields together.",
        details: "A larger one is answered with 431. Each connection can hold this much memory before its request is "
            + "known.")

    // MARK: - Behind a proxy

    package let forwardedAllowIps = Setting(
        "forwarded-allow-ips", "FORWARDED_ALLOW_IPS", .trustedProxies, default: .onThisMachine, .reload, .proxies,
        help: "The proxies that are believed about their clients: addresses and networks, unix, *, or off.",
        details: "`*` is every peer, but no address that a peer names. See [behind-a-proxy.md](behind-a-proxy.md).")
    package let proxyProtocol = Setting(
        "proxy-protocol", "BRIGADE_PROXY_PROTOCOL", .onOff, default: false, .reload, .proxies,
        help: "Expect the header of the PROXY protocol, version 1 or 2, from the proxies of --forwarded-allow-ips.",
        details: "A connection from one of them that does not begin with it is closed.")
    package let rootPath = Setting(
        "root-path", "BRIGADE_ROOT_PATH", .rootPath, default: "", .reload, .proxies,
        help: "The path below which a proxy serves the application, such as /kitchen.",
        details: "It is removed from requests that still have it. X-Forwarded-Prefix of a trusted proxy takes "
            + "precedence.",
        defaultNote: "none")

    // MARK: - Recycling and reload

    package let maxRequests = Setting(
        "max-requests", "MAX_REQUESTS", .orOff(.count(in: 0...1_000_000_000_000)), default: nil, .reload, .replacement,
        help: "Replace a worker after this many requests.")
    package let maxRequestsJitter = Setting(
        "max-requests-jitter", "MAX_REQUESTS_JITTER", .percent, default: 10, .reload, .replacement,
        help: "By how many percent max-requests varies from worker to worker.",
        details: "So the workers are not all replaced at once.")
    package let maxWorkerMemory = Setting(
        "max-worker-memory", "MAX_WORKER_MEMORY", .orOff(.size(in: 1 << 20...1 << 40, orZero: true)), default: nil,
        .reload, .replacement,
        help: "Replace a worker that uses more memory than this (PSS), such as 256MiB.")
    package let maxSurge = Setting(
        "max-surge", "MAX_SURGE", .count(in: 0...256), default: 1, .reload, .replacement,
        help: "How many extra workers a reload may run.",
        details: "`--max-surge` and `--max-unavailable` cannot both be 0.")
    package let maxUnavailable = Setting(
        "max-unavailable", "MAX_UNAVAILABLE", .count(in: 0...256), default: 0, .reload, .replacement,
        help: "How many workers may be missing during a reload.")

    // MARK: - Logs

    package let accessLog = Setting(
        "access-log", "ACCESS_LOG", .accessLog, default: .off, .reload, .logs,
        help: "Log a line per request to a file, to standard output (-), or not at all (off).",
        details: "The line is written when the response has been sent. `./run.sh` on a terminal uses `-`. A path such "
            + "as `/dev/stdout` or `/dev/fd/5` means that descriptor, which may be a socket.")
    package let errorLog = Setting(
        "error-log", "ERROR_LOG", .errorLog, default: nil, .restart, .logs,
        help: "The file for the log of master, workers and prestart; - is stderr.",
        details: "USR1 reopens it. A path such as `/dev/fd/5` means that descriptor.")
    package let logLevel = Setting(
        "log-level", "LOG_LEVEL", .logLevel, default: .info, .reload, .logs,
        help: "trace, debug, info, notice, warning, error or critical.",
        details: "`warn`, `err` and `fatal` work too.")
    package let logFormat = Setting(
        "log-format", "LOG_FORMAT", .choice("format", LogFormat.self), default: .text, .reload, .logs,
        help: "How log lines are written: text, or json with one object per line.",
        details: "See [Logs](logs.md).")
    package let accessLogFormat = Setting(
        "access-log-format", "ACCESS_LOG_FORMAT", .optionalChoice("format", AccessLogFormat.self), default: nil,
        .reload,
        .logs,
        help: "How the access log's lines are written: combined or json.",
        defaultNote: "`json` with `--log-format json`, else `combined`")

    package static let all: [any SettingDeclaration] = Mirror(reflecting: Settings.schema).children.compactMap {
        $0.value as? any SettingDeclaration
    }

    /// - Precondition: there is a setting with that flag.
    package static func setting(_ flag: String) -> any SettingDeclaration {
        guard let setting = all.first(where: { $0.flag == flag }) else { preconditionFailure("no setting \(flag)") }
        return setting
    }
}
