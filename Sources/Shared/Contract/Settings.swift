/// Everything that a master and its workers can be told. `Setting.all` says how each is named, read and written.
package struct Settings: Equatable, Sendable {
    /// Where to listen.
    package var bind: [BindAddress] = [.tcp(host: "127.0.0.1", port: 8001)]
    /// How many workers; nil is as many as processors may be used.
    package var workers: Int?
    /// The worker's executable; nil is `recipe-worker` in the master's own folder.
    package var worker: String?
    /// The file that gives settings too, and variables to the application.
    package var envFile: String?
    /// Whether `WORKER prestart` runs before the first worker.
    package var prestart = true
    /// How long the prestart may take; nil is for ever.
    package var prestartTimeout: Duration? = .seconds(600)
    /// How long a draining worker may take; zero cancels at once what it has.
    package var gracefulTimeout = Duration.seconds(30)
    /// How long a worker's loop may stand still, or its blocking threads be past `requestTimeout`; nil is for ever.
    package var workerTimeout: Duration? = .seconds(30)
    /// How long a worker may take to become ready.
    package var bootTimeout = Duration.seconds(60)
    /// How long a request may take, from its arrival to its answer; nil is for ever.
    package var requestTimeout: Duration?
    /// How long an idle connection is kept.
    package var keepAlive = Duration.seconds(75)
    /// How long a request's head may take, from its first byte or the connection's opening.
    package var headerTimeout = Duration.seconds(10)
    /// How long a client may send nothing of a body that has begun.
    package var bodyTimeout = Duration.seconds(30)
    /// How long a client may take nothing of an answer that waits for it.
    package var sendTimeout = Duration.seconds(30)
    /// How long a server that is to stop goes on serving, with readiness off.
    package var shutdownDelay = Duration.zero
    /// listen(2)'s backlog.
    package var backlog = 2048
    /// Threads for blocking endpoints, a worker.
    package var blockingThreads = 8
    /// Open connections, a worker.
    package var maxConnections = 1024
    /// Open connections of one client's address, over all workers; nil is any number.
    package var maxConnectionsPerAddress: Int?
    /// Bytes of a request's body.
    package var maxBody = 16 << 20
    /// Bytes of bodies and answers that all connections of a worker may hold; nil is what `bufferMemory(of:)` says.
    package var bufferMemory: Int?
    /// Bytes of a request line.
    package var limitRequestLine = 8 << 10
    /// Bytes of one field line: a cookie, or a Negotiate token, which Windows lets grow to 64 KiB.
    package var limitRequestFieldSize = 64 << 10
    /// Field lines of a head, and of a trailer section.
    package var limitRequestFields = 100
    /// Bytes of a head: the request line and all its fields together.
    package var limitRequestHead = 128 << 10
    /// After how many requests a worker is replaced; nil is never.
    package var maxRequests: Int?
    /// By how many percent of it `maxRequests` differs from worker to worker, so that they do not all leave at once.
    package var maxRequestsJitter = 10
    /// Bytes of memory (its proportional share) beyond which a worker is replaced; nil is any number.
    package var maxWorkerMemory: Int?
    /// How many workers more than wanted a reload may have.
    package var maxSurge = 1
    /// How many workers fewer than wanted a reload may leave ready.
    package var maxUnavailable = 0
    /// The user, by name or number, that workers run as; nil is the master's own.
    package var user: String?
    /// The group, by name or number, that workers run as; nil is the user's, or else the master's own.
    package var group: String?
    /// The mode bits that new files do not get; nil leaves them as they are.
    package var umask: Int?
    /// The rights of a unix socket's name, whatever the umask: a proxy is another user.
    package var socketMode = 0o666
    /// The file that holds the master's pid and its lock.
    package var pidfile: String?
    /// The socket at which `brigade status` and its like are answered; nil is none.
    package var control: String?
    /// Where a line for each request goes.
    package var accessLog = AccessLog.off
    /// The file that the log goes to, or a path that means a descriptor; nil is stderr.
    package var errorLog: String?
    /// The folder that relative paths are seen from; nil is where the server was started.
    package var chdir: String?
    /// The least severe level that is logged.
    package var logLevel = LogLevel.info

    package init() {}

    /// Bytes for bodies and answers of a worker that may have so much memory: a quarter of it, and at most 256 MiB.
    package static func bufferMemory(of memory: Int?) -> Int {
        min((memory ?? .max) / 4, 256 << 20)
    }
}
