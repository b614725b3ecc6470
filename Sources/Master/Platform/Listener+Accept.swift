internal import CLinux
internal import Contract
package import Linux
import Glibc

extension Listener {
    /// The next connection of a listener that does not block: non-blocking and close-on-exec; nil when there is none.
    ///
    /// When this process has no descriptor left, one that is kept for this is given up for a moment: the connection is
    /// taken and closed. Otherwise it stayed queued, and whoever waits for the listener would be woken for ever.
    package func accept() -> FileDescriptor? {
        if spare == nil { spare = Self.anyDescriptor }
        do {
            return try next()
        } catch {
            guard error.errno == EMFILE || error.errno == ENFILE, spare != nil else { return nil }
            spare = nil
            _ = try? next()
            spare = Self.anyDescriptor
            return nil
        }
    }

    private func next() throws(SystemError) -> FileDescriptor {
        var peer = sockaddr_storage()
        return FileDescriptor(owning: try check("accept") { brigade_accept(descriptor, &peer) })
    }

    private static var anyDescriptor: FileDescriptor? {
        let number = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        return number < 0 ? nil : FileDescriptor(owning: number)
    }
}
