internal import CLinux
internal import Contract
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
    func send(_ message: WorkerMessage) {
        do {
            try channel.send(message)
        } catch {
            log.debug("the master cannot be told", metadata: ["message": "\(message)", "error": "\(error)"])
        }
    }

    /// From now on what the master says is done.
    @LoopActor func open(_ departure: Departure) throws(SystemError) {
        let token = EventLoop.shared.add(Ear(self, departure))
        try EventLoop.shared.watch(channel.descriptor, for: EPOLLIN.rawValue, token)
    }

    @LoopActor fileprivate final class Ear: EventSource {
        private let master: Master
        private let departure: Departure

        init(_ master: Master, _ departure: Departure) {
            self.master = master
            self.departure = departure
        }

        func ready(_ events: UInt32) {
            switch master.channel.receive(MasterMessage.self) {
            case .message(.drain): departure.drain()
            case .message(.stop): departure.stop()
            // This worker logs to stderr alone, which somebody else opens.
            case .message(.reopenLogs), .unknown, .empty: break
            case .end: departure.masterIsGone()
            }
        }

        func timeCame() {}
    }
}
