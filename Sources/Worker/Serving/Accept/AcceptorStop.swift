/// The end of the accept threads: each is sent the signal again and again until it says that it has ended.
@LoopActor final class AcceptorStop: EventSource {
    private static let interval: UInt64 = 5_000_000

    private var threads: [ObjectIdentifier: Thread] = [:]
    private var isRunning = false
    private var token: EventLoop.Token?
    private var waiting: CheckedContinuation<Void, Never>?
    private var acceptors: [Acceptor] = []

    func add(_ acceptor: Acceptor, _ thread: Thread) {
        threads[ObjectIdentifier(acceptor)] = thread
        acceptors.append(acceptor)
    }

    /// Returns when every thread has ended; connections that they have accepted are handed over by then.
    func run() async {
        if threads.isEmpty || isRunning { return }
        isRunning = true
        token = EventLoop.shared.add(self)
        for acceptor in acceptors { acceptor.stop() }
        await withCheckedContinuation {
            waiting = $0
            timeCame()
        }
    }

    /// A thread is about to end: no signal can miss it any more.
    func ended(_ acceptor: Acceptor) {
        threads.removeValue(forKey: ObjectIdentifier(acceptor))?.join()
        guard threads.isEmpty, isRunning else { return }
        if let token { EventLoop.shared.remove(token) }
        token = nil
        waiting?.resume()
        waiting = nil
    }

    func ready(_ events: UInt32) {}

    func timeCame() {
        guard let token else { return }
        for thread in threads.values { thread.signal(Acceptor.stopSignal) }
        EventLoop.shared.updateTime()
        EventLoop.shared.schedule(token, at: EventLoop.shared.moment.nanoseconds + Self.interval)
    }
}
