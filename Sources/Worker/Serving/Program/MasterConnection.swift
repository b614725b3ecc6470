internal import CLinux
internal import Contract
internal import Linux
import Logging

/// The worker's end of the control channel to its master.
final class MasterConnection: Sendable {
    private let channel: ControlChannel
    private let log: Logger

    init(_ channel: consuming ControlChannel, _ log: Logger) {
        self.channel = channel
        self.log = log
    }

    /// A master that is gone shows by the channel's end.
    /// - Returns: whether there was room for the message.
    @discardableResult
    func send(_ message: WorkerMessage) -> Bool {
        do {
            try channel.send(message)
            return true
        } catch {
            log.debug("cannot send to the master", metadata: ["message": "\(message)", "error": "\(error)"])
            return false
        }
    }

    /// Obeys the master's messages from now on.
    /// - Parameter accept: called when connections are to be accepted.
    @LoopActor func open(
        _ coordinator: ShutdownCoordinator, accept: @escaping @LoopActor () -> Void
    ) throws(SystemError) {
        let token = EventLoop.shared.add(ControlChannelReader(self, coordinator, accept))
        try EventLoop.shared.watch(channel.descriptor, for: EPOLLIN.rawValue, token)
    }

    @LoopActor private final class ControlChannelReader: EventSource {
        private let master: MasterConnection
        private let coordinator: ShutdownCoordinator
        private let accept: @LoopActor () -> Void

        init(
            _ master: MasterConnection, _ coordinator: ShutdownCoordinator, _ accept: @escaping @LoopActor () -> Void
        ) {
            self.master = master
            self.coordinator = coordinator
            self.accept = accept
        }

        func ready(_ events: UInt32) {
            switch master.channel.receive(MasterMessage.self) {
            case .message(.accept): accept()
            case .message(.close): coordinator.closeListeners()
            case .message(.drain): coordinator.drain()
            case .message(.stop): coordinator.stop()
            case .message(.reopenLogs): coordinator.reopenLogs()
            case .message(.withdraw): coordinator.withdraw()
            case .message(.logLevel(let level)): OrderedLogLevel.current = level.level
            case .unknown, .empty: break
            case .end: coordinator.masterExited()
            }
        }

        func deadlineReached() {}
    }
}
