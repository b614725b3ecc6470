internal import CPostgres
import Glibc
import Serving

/// One connection on the worker's loop, from the first packet to its end. It executes one batch at a time.
@LoopActor final class Connection {
    enum Event {
        case connected
        /// The server has answered the batch.
        case answered(Batch.Failure?)
        /// It is closed already.
        case lost(ConnectionFailure)
        case notified
    }

    /// What the server answers next.
    private enum Step {
        case setup
        case prepare(String, request: Int)
        case execute(request: Int)
        case sync
    }

    private enum State {
        case connecting
        case settingUp
        case open
    }

    /// Whether a commit of the batch is only on this server, although it should be on a standby, too: the wait for the standby
    /// was cancelled. The server then warns, and goes on as after any commit.
    private final class UnconfirmedCommit {
        var isWarned = false

        /// libpq calls `receive` inside of the connection's own calls.
        func watch(_ handle: OpaquePointer) {
            PQsetNoticeReceiver(handle, Self.receive, Unmanaged.passUnretained(self).toOpaque())
        }

        private static let receive: PQnoticeReceiver = { context, result in
            // The function in the server's source: neither the code nor the text of the warning tells, in any language.
            guard let function = PQresultErrorField(result, Int32(UInt8(ascii: "R"))),
                strcmp(function, "SyncRepWaitForLSN") == 0
            else { return }
            Unmanaged<UnconfirmedCommit>.fromOpaque(context!).takeUnretainedValue().isWarned = true
        }
    }

    private let attempt: ConnectionAttempt
    private let unconfirmedCommit = UnconfirmedCommit()
    private let channel: String?
    private let onEvent: @LoopActor (Event) -> Void
    private let source: LoopSource
    private var state = State.connecting
    private var isClosed = false
    private var prepared: Set<String> = []
    private var parameters = ParameterList()

    // What was sent, and how far the answers have come.
    private var requests: [any PendingRequest] = []
    private var steps: [Step] = []
    private var position = 0
    private var hasResult = false
    private var failure: Batch.Failure?

    private var handle: OpaquePointer { attempt.handle }

    /// Begins to connect.
    /// - Parameter channel: its notifications become events.
    init(
        _ parameters: ConnectionParameters, to candidate: ConnectionParameters.Candidate, channel: String?,
        onEvent: @escaping @LoopActor (Event) -> Void
    ) throws(ConnectionFailure) {
        attempt = try ConnectionAttempt(parameters, to: candidate)
        unconfirmedCommit.watch(attempt.handle)
        (self.channel, self.onEvent) = (channel, onEvent)
        // The loop calls a source only while it is open.
        weak var connection: Connection?
        source = LoopSource(
            onReady: { connection?.ready() },
            onDeadline: {
                connection?.lose(ConnectionFailure(reason: "the server does not answer", isTransient: true))
            })
        connection = self
        source.deadline = LoopSource.now + parameters.timeout
        guard source.watch(PQsocket(handle), for: .writing, mayBeNew: true) else {
            close()
            throw Self.unwatchable
        }
    }

    private static let unwatchable = ConnectionFailure(
        reason: "the socket cannot be watched: a limit of the host", isTransient: true)

    /// Nothing is reported from now on.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        source.close()
        PQfinish(handle)
    }

    private func lose(_ failure: ConnectionFailure) {
        guard !isClosed else { return }
        close()
        onEvent(.lost(failure))
    }

    /// libpq has closed the connection, or cannot go on.
    private func loseByError() {
        lose(ConnectionFailure(message: String(cString: PQerrorMessage(handle))))
    }

    private func watch(for interest: LoopSource.Interest, mayBeNew: Bool = false) {
        guard !source.watch(PQsocket(handle), for: interest, mayBeNew: mayBeNew) else { return }
        lose(Self.unwatchable)
    }

    // MARK: Sending

    /// - Parameter requests: all reads, or all writes.
    func send(_ requests: [any PendingRequest]) {
        begin(requests)
        for (index, request) in requests.enumerated() {
            guard prepare(request.statement, for: index),
                execute(request.statement, request.values, .execute(request: index))
            else { return loseByError() }
        }
        sync()
    }

    private func begin(_ requests: [any PendingRequest]) {
        self.requests = requests
        steps.removeAll(keepingCapacity: true)
        (position, hasResult, failure) = (0, false, nil)
        unconfirmedCommit.isWarned = false
    }

    private func prepare(_ statement: PostgresStatement, for request: Int) -> Bool {
        guard prepared.insert(statement.name).inserted else { return true }
        steps.append(.prepare(statement.name, request: request))
        let types = statement.parameters.map(\.rawValue)
        return PQsendPrepare(handle, statement.name, statement.sql, Int32(types.count), types) == 1
    }

    private func execute(_ statement: PostgresStatement, _ values: [PostgresValue], _ step: Step) -> Bool {
        steps.append(step)
        return parameters.withPointers(to: values) { count, pointers, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, count, pointers, lengths, formats, 1)
        } == 1
    }

    /// Ends the batch, and sends all of it.
    private func sync() {
        steps.append(.sync)
        guard PQpipelineSync(handle) == 1 else { return loseByError() }
        flush()
    }

    private func flush() {
        switch PQflush(handle) {
        case 0: watch(for: .reading)
        case 1: watch(for: [.reading, .writing])
        default: loseByError()
        }
    }

    /// Asks the server to stop what it executes for this connection.
    func cancel() {
        guard let cancel = PQgetCancel(handle) else { return }
        let request = CancelRequest(handle: cancel)
        LoopActor.detachThread("postgres cancel") { request.send() }
    }

    /// It connects, and blocks.
    private struct CancelRequest: @unchecked Sendable {
        // Only the thread that sends it uses the handle, and libpq says that any may.
        let handle: OpaquePointer

        func send() {
            var error = [CChar](repeating: 0, count: 256)
            // If it fails, the connection is given up.
            PQcancel(handle, &error, Int32(error.count))
            PQfreeCancel(handle)
        }
    }

    // MARK: Receiving

    private func ready() {
        guard state != .connecting else { return connect() }
        guard PQconsumeInput(handle) == 1 else { return loseByError() }
        if PQflush(handle) == 0 { watch(for: .reading) }
        if !isClosed { readResults() }
        if !isClosed { readNotifications() }
    }

    private func connect() {
        switch attempt.poll() {
        case .wantsToRead: watch(for: .reading, mayBeNew: true)
        case .wantsToWrite: watch(for: .writing, mayBeNew: true)
        case .connected: setUp()
        case .failed(let failure): lose(failure)
        }
    }

    /// The deadline of the attempt holds for this, too.
    private func setUp() {
        state = .settingUp
        watch(for: .reading, mayBeNew: true)
        guard !isClosed, PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            return loseByError()
        }
        // Prepared statements quote no text of the URL in it.
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        begin([])
        for sql in Self.setup + (channel.map { ["LISTEN \($0)"] } ?? []) {
            steps.append(.setup)
            guard PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0) == 1 else { return loseByError() }
        }
        sync()
    }

    /// The server ends the session of a host that was cut off, with its locks. Compiling a plan takes longer than most plans.
    private static let setup = [
        """
        SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), \
        set_config('tcp_keepalives_count', '2', false), set_config('tcp_user_timeout', '5000', false), \
        set_config('jit', 'off', false)
        """
    ]

    private func readResults() {
        while position < steps.count, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // The statement is over.
                guard hasResult else { return loseByError() }
                hasResult = false
                position += 1
                continue
            }
            take(result)
            if isClosed { return }
        }
        if PQstatus(handle) == CONNECTION_BAD { loseByError() }
    }

    private func take(_ result: OpaquePointer) {
        hasResult = true
        let status = PQresultStatus(result)
        if status == PGRES_PIPELINE_SYNC {
            PQclear(result)
            steps.removeAll(keepingCapacity: true)
            return end()
        }
        let rows = Rows(owning: result)
        let step = steps[position]
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            if case .execute(let index) = step { requests[index].receive(rows) }
        default:
            if case .prepare(let name, _) = step { prepared.remove(name) }
            // The aborted ones say nothing.
            guard status != PGRES_PIPELINE_ABORTED, failure == nil else { return }
            let message = ServerMessage(result)
            guard PQstatus(handle) != CONNECTION_BAD else {
                return lose(ConnectionFailure(reason: message.description, isTransient: true))
            }
            let index: Int? =
                switch step {
                case .execute(let request), .prepare(_, let request): request
                case .setup, .sync: nil
                }
            failure = Batch.Failure(index: index, message: message)
        }
    }

    private func end() {
        requests = []
        if unconfirmedCommit.isWarned {
            // As if the answer were missing.
            return lose(ConnectionFailure(reason: "no standby has confirmed the commit", isTransient: true))
        }
        guard state == .settingUp else { return onEvent(.answered(failure)) }
        if let failure {
            return lose(ConnectionFailure(reason: failure.message.description, isTransient: true))
        }
        state = .open
        source.deadline = nil
        onEvent(.connected)
    }

    private func readNotifications() {
        var isNotified = false
        while let notification = PQnotifies(handle) {
            PQfreemem(notification)
            isNotified = true
        }
        if isNotified { onEvent(.notified) }
    }
}
