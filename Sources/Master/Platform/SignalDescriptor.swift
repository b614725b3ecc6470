internal import CLinux
internal import Contract
package import Linux
import Glibc

/// Reads signals from a descriptor (signalfd(2)): no handler runs, and no system call is interrupted.
package struct SignalDescriptor: ~Copyable {
    private let file: OwnedDescriptor

    /// Blocks the signals. If a signal arrives twice before it is read, it is read once.
    package init(_ signals: [Int32]) throws(SystemError) {
        file = OwnedDescriptor(owning: try check("signalfd") { brigade_signalfd(signals, Int32(signals.count)) })
    }

    /// For poll.
    package var descriptor: Int32 { file.number }

    /// The next pending signal; nil if there is none.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let descriptor = descriptor
        let count = try? check("read") { read(descriptor, &information, size) }
        return count == size ? Int32(information.ssi_signo) : nil
    }
}
