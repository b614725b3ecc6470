/// Everything that a master and its workers can be told. `Setting.all` says how each is named, read and written.
package struct Settings: Equatable, Sendable {
    /// Where to listen.
    package var bind: [BindAddress] = [.tcp(host: "127.0.0.1", port: 8001)]
    /// How many workers; nil is as many as processors may be used.
    package var workers: Int?
    /// The worker's executable; nil is `recipe-worker` in the master's own folder.
    package var worker: String?
    /// Whether `WORKER prestart` runs before the first worker.
    package var prestart = true
    /// How long a draining worker may take.
    package var gracefulTimeout = Duration.seconds(30)
    /// How long a worker may take to become ready.
    package var bootTimeout = Duration.seconds(60)
    /// How long an idle connection is kept.
    package var keepAlive = Duration.seconds(75)
    /// How long a request's head may take, from its first byte or the connection's opening.
    package var headerTimeout = Duration.seconds(10)
    /// listen(2)'s backlog.
    package var backlog = 2048
    /// Threads for blocking endpoints, a worker.
    package var blockingThreads = 8
    /// Open connections, a worker.
    package var maxConnections = 1024
    /// Bytes of a request's body.
    package var maxBody = 16 << 20
    /// The least severe level that is logged.
    package var logLevel = LogLevel.info

    package init() {}
}
