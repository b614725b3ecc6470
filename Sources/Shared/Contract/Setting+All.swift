extension Setting {
    /// Every setting there is, in the order of the documentation.
    package static let all: [Setting] = [
        bind,
        Setting(
            "workers", "WEB_CONCURRENCY", .reload,
            "How many workers: a number, or auto, which is as many as processors may be used."
        ) { text, settings throws(BadValue) in
            settings.workers = text.lowercased() == "auto" ? nil : try Units.count(text, in: 1...256, or: "auto")
        } write: {
            $0.workers.map(String.init) ?? "auto"
        },
        text(
            "worker", "BRIGADE_WORKER", .reload, \.worker, "give the path of an executable",
            "The worker's executable; usually recipe-worker beside brigade."),
        text(
            "env-file", "BRIGADE_ENV_FILE", .restart, \.envFile, "give the path of a file",
            "A file of KEY=VALUE lines: settings, and the application's own; -PATH: it need not be there."),
        prestart,
        duration(
            "prestart-timeout", "PRESTART_TIMEOUT", .reload, orOff: \.prestartTimeout,
            "How long the prestart may take before it has failed, or off."),
        duration(
            "graceful-timeout", "GRACEFUL_TIMEOUT", .reload, \.gracefulTimeout,
            "How long a draining worker may take before what it still does is cancelled."),
        duration(
            "worker-timeout", "TIMEOUT", .reload, orOff: \.workerTimeout,
            "How long a worker's loop may stand still before it is replaced, or off."),
        duration(
            "boot-timeout", "BOOT_TIMEOUT", .reload, \.bootTimeout, isPositive: true,
            "How long a worker may take to become ready."),
        duration(
            "request-timeout", "REQUEST_TIMEOUT", .reload, orOff: \.requestTimeout,
            "How long a request may take before it is cancelled and answered with 503, or off."),
        duration("keep-alive", "KEEP_ALIVE", .reload, \.keepAlive, "How long an idle connection is kept."),
        duration(
            "header-timeout", "HEADER_TIMEOUT", .reload, \.headerTimeout, isPositive: true,
            "How long a request's head may take."),
        duration(
            "body-timeout", "BODY_TIMEOUT", .reload, \.bodyTimeout, isPositive: true,
            "How long a client may send nothing of a request's body."),
        duration(
            "send-timeout", "SEND_TIMEOUT", .reload, \.sendTimeout, isPositive: true,
            "How long a client may take nothing of its answer."),
        duration(
            "shutdown-delay", "SHUTDOWN_DELAY", .reload, \.shutdownDelay,
            "How long to go on serving, with readiness off, before a stop."),
        count(
            "backlog", "BACKLOG", .restart, \.backlog, in: 1...65535,
            "The length of the queue of the listening socket."),
        count(
            "blocking-threads", "BLOCKING_THREADS", .reload, \.blockingThreads, in: 1...1024,
            "Threads for blocking endpoints, a worker."),
        count(
            "max-connections", "MAX_CONNECTIONS", .reload, \.maxConnections, in: 1...1_000_000,
            "Open connections, a worker."),
        maxConnectionsPerAddress,
        Setting("max-body", "MAX_BODY", .reload, "The largest body of a request.") { text, settings throws(BadValue) in
            settings.maxBody = try Units.size(text)
        } write: {
            Units.text(size: $0.maxBody)
        },
        bufferMemory,
        size(
            "limit-request-line", "LIMIT_REQUEST_LINE", .reload, \.limitRequestLine, in: 256...16 << 20,
            "The longest request line."),
        size(
            "limit-request-field-size", "LIMIT_REQUEST_FIELD_SIZE", .reload, \.limitRequestFieldSize,
            in: 256...16 << 20,
            "The largest header field of a request."),
        count(
            "limit-request-fields", "LIMIT_REQUEST_FIELDS", .reload, \.limitRequestFields, in: 1...32768,
            "The most header fields of a request."),
        size(
            "limit-request-head", "LIMIT_REQUEST_HEAD", .reload, \.limitRequestHead, in: 1024...16 << 20,
            "The largest head of a request: its line and all its header fields together."),
        maxRequests,
        maxRequestsJitter,
        maxWorkerMemory,
        count(
            "max-surge", "MAX_SURGE", .reload, \.maxSurge, in: 0...256,
            "How many workers more than wanted there may be during a reload."),
        count(
            "max-unavailable", "MAX_UNAVAILABLE", .reload, \.maxUnavailable, in: 0...256,
            "How many workers fewer than wanted a reload may leave ready."),
        text(
            "user", "BRIGADE_USER", .restart, \.user, "give the name or the number of a user",
            "The user that workers run as."),
        text(
            "group", "BRIGADE_GROUP", .restart, \.group, "give the name or the number of a group",
            "The group that workers run as; usually the user's own."),
        umask,
        socketMode,
        text(
            "pidfile", "PIDFILE", .restart, \.pidfile, "give the path of a file",
            "A file for the master's pid; its lock keeps a second master out."),
        control,
        Setting(
            "access-log", "ACCESS_LOG", .reload, "A line for each request: a file, - for standard output, or off."
        ) { text, settings throws(BadValue) in
            settings.accessLog = try AccessLog(text)
        } write: {
            $0.accessLog.description
        },
        Setting(
            "error-log", "ERROR_LOG", .restart, "A file for the log, which USR1 opens anew; - is stderr."
        ) { text, settings throws(BadValue) in
            guard !text.isEmpty, !text.hasSuffix("/") else { throw BadValue("give the path of a file, or -") }
            let isStandard = text == "-" || InheritedDescriptor(path: text) == .standardError
            settings.errorLog = isStandard ? nil : text
        } write: {
            $0.errorLog ?? "-"
        },
        Setting(
            "chdir", "BRIGADE_CHDIR", .restart, "The folder to go to first: relative paths are seen from there."
        ) { text, settings throws(BadValue) in
            guard !text.isEmpty else { throw BadValue("give the path of a folder") }
            settings.chdir = text
        } write: {
            $0.chdir
        },
        Setting(
            "log-level", "LOG_LEVEL", .reload, "trace, debug, info, notice, warning, error or critical."
        ) { text, settings throws(BadValue) in
            settings.logLevel = try LogLevel(text)
        } write: {
            $0.logLevel.rawValue
        },
    ]

    private static let bind = Setting(
        "bind", "BIND", .restart, "Where to listen: host:port or unix:path; several with commas."
    ) { text, settings throws(BadValue) in
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
    }

    private static let prestart = Setting(
        "prestart", "BRIGADE_PRESTART", .reload, "Run 'WORKER prestart' before the workers."
    ) { text, settings throws(BadValue) in
        switch text.lowercased() {
        case "on", "true", "yes", "1": settings.prestart = true
        case "off", "false", "no", "0": settings.prestart = false
        default: throw BadValue("give on or off")
        }
    } write: {
        $0.prestart ? "on" : "off"
    }

    private static let maxConnectionsPerAddress = Setting(
        "max-connections-per-address", "MAX_CONNECTIONS_PER_ADDRESS", .reload,
        "Open connections of one client's address (IPv6: of its /64), all workers together, or off."
    ) { text, settings throws(BadValue) in
        let count = text.lowercased() == "off" ? 0 : try Units.count(text, in: 0...1_000_000, or: "off")
        settings.maxConnectionsPerAddress = count > 0 ? count : nil
    } write: {
        $0.maxConnectionsPerAddress.map(String.init) ?? "off"
    }

    private static let bufferMemory = Setting(
        "buffer-memory", "BUFFER_MEMORY", .reload,
        "Memory for bodies and answers of all connections, a worker, such as 64MiB, or auto."
    ) { text, settings throws(BadValue) in
        let size = text.lowercased() == "auto" ? nil : try Units.size(text, or: "auto")
        guard size ?? .max >= 1 << 20 else { throw BadValue("give at least 1MiB, or auto") }
        settings.bufferMemory = size
    } write: {
        $0.bufferMemory.map { Units.text(size: $0) } ?? "auto"
    }

    private static let maxRequests = Setting(
        "max-requests", "MAX_REQUESTS", .reload, "After how many requests a worker is replaced, or off."
    ) { text, settings throws(BadValue) in
        let count = text.lowercased() == "off" ? 0 : try Units.count(text, in: 0...1_000_000_000_000, or: "off")
        settings.maxRequests = count > 0 ? count : nil
    } write: {
        $0.maxRequests.map(String.init) ?? "off"
    }

    private static let maxRequestsJitter = Setting(
        "max-requests-jitter", "MAX_REQUESTS_JITTER", .reload,
        "By how many percent max-requests differs from worker to worker."
    ) { text, settings throws(BadValue) in
        settings.maxRequestsJitter = try Units.percent(text)
    } write: {
        "\($0.maxRequestsJitter)%"
    }

    private static let maxWorkerMemory = Setting(
        "max-worker-memory", "MAX_WORKER_MEMORY", .reload,
        "The memory beyond which a worker is replaced, such as 256MiB, or off."
    ) { text, settings throws(BadValue) in
        let size = text.lowercased() == "off" ? 0 : try Units.size(text, or: "off")
        // Less than any worker has would replace workers without end.
        guard size == 0 || size >= 1 << 20 else { throw BadValue("give at least 1MiB, or off") }
        settings.maxWorkerMemory = size > 0 ? size : nil
    } write: {
        $0.maxWorkerMemory.map { Units.text(size: $0) } ?? "off"
    }

    private static let umask = Setting(
        "umask", "BRIGADE_UMASK", .restart, "The mode bits that new files do not get, in octal, such as 027."
    ) { text, settings throws(BadValue) in
        settings.umask = try Units.octal(text, example: "027")
    } write: {
        $0.umask.map(Units.text(octal:))
    }

    private static let socketMode = Setting(
        "socket-mode", "BRIGADE_SOCKET_MODE", .restart,
        "Who may connect to a unix socket, in octal, whatever the umask: 0660 is its user and group."
    ) { text, settings throws(BadValue) in
        settings.socketMode = try Units.octal(text, example: "0660")
    } write: {
        Units.text(octal: $0.socketMode)
    }

    private static let control = Setting(
        "control", "BRIGADE_CONTROL", .restart,
        "The socket for brigade status and its like, or off; usually $RUNTIME_DIRECTORY/control.sock."
    ) { text, settings throws(BadValue) in
        settings.control = text.lowercased() == "off" ? nil : try BindAddress.path(text)
    } write: {
        $0.control ?? "off"
    }
}
