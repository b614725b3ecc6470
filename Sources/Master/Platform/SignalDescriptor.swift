internal import CLinux
internal import Contract
package import Linux
import Glibc

/// Signals as something to read (signalfd(2)): no handler runs, and none of them interrupts anything.
package struct SignalDescriptor: ~Copyable {
    private let file: OwnedDescriptor

    /// Blocks the signals from now on. Two that come before the first is read are one.
    package init(_ signals: [Int32]) throws(SystemError) {
        file = OwnedDescriptor(owning: try check("signalfd") { brigade_signalfd(signals, Int32(signals.count)) })
    }

    /// For poll.
    package var descriptor: Int32 { file.number }

    /// The next that has come, if any.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let descriptor = descriptor
        let count = try? check("read") { read(descriptor, &information, size) }
        return count == size ? Int32(information.ssi_signo) : nil
    }
}
