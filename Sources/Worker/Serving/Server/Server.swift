internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// Serves an application: accepts connections, and ends them when the worker drains or stops.
@LoopActor final class Server {
    let application: any Application
    /// Whether responses say how long they took.
    let isTimed: Bool
    let limits: RequestLimits
    let timeouts: ConnectionTimeouts
    let proxies: ProxySettings
    let pool: BlockingPool
    let host: ServerHost
    let requests: RequestTracker
    let connections: ConnectionTable
    let log: Logger
    private let acceptors: AcceptorGroup
    private let slot: Scoreboard.Slot
    private let accessLog: AccessLogWriter?
    private let trimmer = MemoryTrimmer()
    /// Nanoseconds that requests may wait for blocking threads before the log says so; nil is for ever.
    private let stallTimeout: UInt64?
    /// Whether the application knows that the worker is about to stop.
    private var isWithdrawn = false
    private var isDraining = false

    /// - Parameter recycling: nil for a worker that serves any number of requests.
    init(
        application: any Application, settings: Settings, scoreboard: Scoreboard, slot: Scoreboard.Slot,
        registry: MetricsRegistry, accessLog: AccessLogWriter? = nil, recycling: Recycling? = nil, log: Logger
    ) {
        self.application = application
        self.slot = slot
        self.accessLog = accessLog
        self.log = log
        isTimed = application.sendsProcessTime
        limits = RequestLimits(settings)
        timeouts = ConnectionTimeouts(settings)
        proxies = ProxySettings(settings)
        stallTimeout = settings.workerTimeout?.nanoseconds
        requests = RequestTracker(
            slot: slot, metrics: RequestMetrics(application.routes, registry), accessLog: accessLog,
            recycling: recycling, log: log)
        connections = ConnectionTable(
            bufferMemory: settings.bufferMemory ?? Settings.bufferMemory(of: settings.maxWorkerMemory),
            maxBody: settings.maxBody)
        acceptors = AcceptorGroup(settings, scoreboard: scoreboard, slot: slot, log: log)
        pool = BlockingPool(
            threads: settings.blockingThreads, capacity: settings.maxConnections * Pipeline.maxExchanges, slot: slot)
        host = ServerHost(pool)
        application.start(on: host)
    }

    /// Accepts connections from now on. Does nothing the second time, and when the worker drains or stops.
    func start(_ listeners: [AcceptSocket]) {
        guard !acceptors.isStarted, !isDraining else { return }
        watchLoop()
        slot.tick = MonotonicClock.nanoseconds
        slot.state = .ready
        let proxies = proxies
        acceptors.start(listeners, countsAddress: { !proxies.expectsHeader(from: $0) }) {
            [self] descriptor, peer, listener in
            guard proxies.expectsHeader(from: peer) else {
                return open(descriptor, ConnectionOrigin(peer: peer), listener.authority)
            }
            let preface = ProxyPreface(
                owning: descriptor, peer: peer, authority: listener.authority, server: self)
            connections.insert(preface)
            preface.open()
            if isDraining { preface.drain() }
        }
    }

    private func open(_ descriptor: Int32, _ origin: ConnectionOrigin, _ authority: String) {
        let socket = ClientSocket(owning: descriptor, origin: origin, authority: authority, server: self)
        connections.insert(socket)
        socket.open()
        if isDraining { socket.drain() }
    }

    /// The header of a connection has come.
    /// - Parameter authority: host and port of the listening address.
    func headerReceived(_ header: ProxyHeader, by preface: ProxyPreface, _ descriptor: Int32, authority: String) {
        if case .client(let client) = header.source, !acceptors.countConnection(from: client) {
            return prefaceClosed(preface, descriptor)
        }
        open(descriptor, ConnectionOrigin(peer: preface.peer, header: header), authority)
        connections.remove(preface)
    }

    /// No valid header has come.
    func prefaceClosed(_ preface: ProxyPreface, _ descriptor: Int32) {
        close(descriptor)
        connections.remove(preface)
        acceptors.connectionClosed(from: nil)
    }

    private func watchLoop() {
        let loop = EventLoop.shared
        loop.onPass = { [slot, trimmer] now in
            slot.tick = now
            trimmer.passBegins(at: now)
        }
        loop.onMessages = { [host] in host.runAfterPass() }
        loop.onPassEnd = { [host, accessLog, pool, connections] in
            host.runAfterPass()
            pool.wake()
            accessLog?.flush()
            connections.resumeReaders()
        }
        RepeatingTimer(every: 1_000_000_000) { [weak self] now in
            HealthReporter.shared.send(at: now)
            self?.reportStalls(at: now)
            LogOutput.flush()
            self?.requests.reportLostLines()
        }.start()
    }

    /// Nothing is done about stalled operations but to log them: they may only be slow.
    private func reportStalls(at now: UInt64) {
        guard let stallTimeout else { return }
        for event in pool.stallEvents(at: now, timeout: stallTimeout) {
            switch event {
            case .stalled(let stall):
                log.warning(
                    """
                    requests wait for blocking threads, and no request of their operation ends; allow more by \
                    --blocking-threads, or set --request-timeout
                    """,
                    metadata: [
                        "operation": "\(stall.operation)", "waiting": "\(stall.waiting)",
                        "seconds": "\(stall.idleTime / 1_000_000_000)", "held_by": "\(stall.holdersText)",
                    ])
            case .resumed(let operation):
                log.notice("blocking threads make progress again", metadata: ["operation": "\(operation)"])
            }
        }
    }

    /// - Parameter bytes: that the connection held.
    func closed(_ socket: ClientSocket, holding bytes: Int) {
        connections.remove(socket, holding: bytes)
        acceptors.connectionClosed(from: socket.origin.countedNetwork)
    }

    // MARK: The end

    /// The whole server is about to stop: tells the application, and serves on.
    func withdraw() {
        if isWithdrawn { return }
        isWithdrawn = true
        application.drain()
    }

    /// No other worker will serve what waits on the listeners: the accept threads take it before they end.
    func closeListeners() {
        acceptors.closeListeners()
    }

    /// Accepts no more, and returns when every connection is finished.
    /// - Parameter draining: called when no connection is accepted any more.
    func drain(draining: () -> Void = {}) async {
        isDraining = true
        withdraw()
        slot.state = .draining
        connections.drain()
        await acceptors.stopAndWait()
        draining()
        await finished()
    }

    /// Cancels what is in flight and closes every connection.
    func stop() {
        isDraining = true
        withdraw()
        slot.state = .draining
        acceptors.stop()
        connections.stop()
    }

    /// Returns when no connection is open, and all that waited for a response to be sent have been called.
    func finished() async {
        await connections.waitUntilEmpty()
        host.runAfterPass()
    }
}

extension ConnectionTimeouts {
    fileprivate init(_ settings: Settings) {
        self.init(
            head: settings.headerTimeout.nanoseconds, keepAlive: settings.keepAlive.nanoseconds,
            body: settings.bodyTimeout.nanoseconds, send: settings.sendTimeout.nanoseconds,
            request: settings.requestTimeout?.nanoseconds)
    }
}
