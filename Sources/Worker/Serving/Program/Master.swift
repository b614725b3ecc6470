internal import CLinux
internal import Contract
internal import Linux
import Logging

/// The master as a worker sees it: the other end of the control channel.
final class Master: Sendable {
    private let channel: ControlChannel
    private let log: Logger

    init(_ channel: consuming ControlChannel, _ log: Logger) {
        self.channel = channel
        self.log = log
    }

    /// Tells the master. One that is gone is noticed by the channel's end.
    /// - Returns: whether there was room for it.
    @discardableResult
    func send(_ message: WorkerMessage) -> Bool {
        do {
            try channel.send(message)
            return true
        } catch {
            log.debug("the master cannot be told", metadata: ["message": "\(message)", "error": "\(error)"])
            return false
        }
    }

    /// From now on what the master says is done.
    /// - Parameter accept: called when connections are to be accepted.
    @LoopActor func open(
        _ departure: Departure, accept: @escaping @LoopActor () -> Void
    ) throws(SystemError) {
        let token = EventLoop.shared.add(Ear(self, departure, accept))
        try EventLoop.shared.watch(channel.descriptor, for: EPOLLIN.rawValue, token)
    }

    @LoopActor fileprivate final class Ear: EventSource {
        private let master: Master
        private let departure: Departure
        private let accept: @LoopActor () -> Void

        init(_ master: Master, _ departure: Departure, _ accept: @escaping @LoopActor () -> Void) {
            self.master = master
            self.departure = departure
            self.accept = accept
        }

        func ready(_ events: UInt32) {
            switch master.channel.receive(MasterMessage.self) {
            case .message(.accept): accept()
            case .message(.close): departure.closeListeners()
            case .message(.drain): departure.drain()
            case .message(.stop): departure.stop()
            case .message(.reopenLogs): departure.reopenLogs()
            case .message(.withdraw): departure.withdraw()
            case .unknown, .empty: break
            case .end: departure.masterIsGone()
            }
        }

        func timeCame() {}
    }
}
