/// The open connections of a worker, and the memory that they share.
@LoopActor final class ConnectionTable {
    private var sockets: [ObjectIdentifier: ClientSocket] = [:]
    /// Connections that begin with the header of the PROXY protocol, until it has come.
    private var prefaces: [ObjectIdentifier: ProxyPreface] = [:]
    // Read in every pass, and not checked at run time: it calls nothing, so nothing comes back here while it is used.
    @exclusivity(unchecked) private var budget: BufferBudget<ObjectIdentifier>
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - bufferMemory: bytes that all connections may hold.
    ///   - maxBody: bytes of a request's content.
    init(bufferMemory: Int, maxBody: Int) {
        budget = BufferBudget(limit: bufferMemory, body: maxBody)
    }

    func insert(_ socket: ClientSocket) {
        sockets[ObjectIdentifier(socket)] = socket
    }

    /// - Parameter bytes: bytes that the connection held by its last `changeHeldBytes`.
    func remove(_ socket: ClientSocket, holding bytes: Int) {
        let identifier = ObjectIdentifier(socket)
        sockets[identifier] = nil
        budget.change(identifier, by: -bytes)
        budget.forget(identifier)
        notifyIfEmpty()
    }

    func insert(_ preface: ProxyPreface) {
        prefaces[ObjectIdentifier(preface)] = preface
    }

    func remove(_ preface: ProxyPreface) {
        prefaces[ObjectIdentifier(preface)] = nil
        notifyIfEmpty()
    }

    private var isEmpty: Bool { sockets.isEmpty && prefaces.isEmpty }

    private func notifyIfEmpty() {
        guard isEmpty else { return }
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    // MARK: Memory

    /// A connection holds so many bytes more than before, or fewer.
    func changeHeldBytes(of socket: ClientSocket, by bytes: Int) {
        budget.change(ObjectIdentifier(socket), by: bytes)
    }

    /// Whether more of a request is read. `ClientSocket.resumeReading` is called later where not.
    /// - Parameter bytes: that have been read of the request.
    func mayRead(_ socket: ClientSocket, after bytes: Int) -> Bool {
        budget.mayRead(ObjectIdentifier(socket), after: bytes, at: EventLoop.shared.time.nanoseconds)
    }

    /// Whether there is no memory for a large response.
    var isFull: Bool { budget.isFull }

    /// Gives memory to connections that wait for it, when there is some.
    func resumeReaders() {
        guard budget.hasWaiting else { return }
        for identifier in budget.next(at: EventLoop.shared.time.nanoseconds) { sockets[identifier]?.resumeReading() }
    }

    // MARK: The end

    func drain() {
        for socket in sockets.values { socket.drain() }
        for preface in prefaces.values { preface.drain() }
    }

    func stop() {
        for socket in sockets.values { socket.stop() }
        for preface in prefaces.values { preface.close() }
    }

    /// Returns when no connection is open.
    func waitUntilEmpty() async {
        // Checked in the body: the loop may run other work before it, which closes the last connection.
        await withCheckedContinuation { continuation in
            if isEmpty { continuation.resume() } else { waiting.append(continuation) }
        }
    }
}
