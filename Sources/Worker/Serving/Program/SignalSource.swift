internal import CLinux
internal import Contract
internal import Linux
import Glibc

/// The signals of a worker, as events of the loop.
@LoopActor final class SignalSource: EventSource {
    private let descriptor: Int32
    private let endsOnInterrupt: Bool
    private let departure: Departure

    /// - Parameter endsOnInterrupt: a worker that runs by itself obeys Ctrl-C; one with a master leaves it to the master.
    init(_ descriptor: Int32, endsOnInterrupt: Bool, _ departure: Departure) {
        self.descriptor = descriptor
        self.endsOnInterrupt = endsOnInterrupt
        self.departure = departure
    }

    func open() throws(SystemError) {
        let token = EventLoop.shared.add(self)
        try EventLoop.shared.watch(descriptor, for: EPOLLIN.rawValue, token)
    }

    func ready(_ events: UInt32) {
        var signal = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while read(descriptor, &signal, size) == size {
            switch Int32(signal.ssi_signo) {
            case SIGTERM: departure.drain()
            case SIGQUIT: departure.stop()
            case SIGUSR1: departure.reopenLogs()
            case SIGINT where endsOnInterrupt: departure.stop()
            default: break
            }
        }
    }

    func timeCame() {}
}
