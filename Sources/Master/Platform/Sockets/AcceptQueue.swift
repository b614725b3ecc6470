internal import CLinux

/// A listening socket's queue of connections that nobody has accepted.
package struct AcceptQueue: Equatable {
    package let length: Int
    /// How many can wait: the least of the backlog and net.core.somaxconn (listen(2)).
    package let limit: Int

    /// Nil if the kernel does not say.
    package init?(of listener: Int32) {
        var length: UInt32 = 0
        var limit: UInt32 = 0
        guard brigade_accept_queue(listener, &length, &limit) == 0 else { return nil }
        self.length = Int(length)
        self.limit = Int(limit)
    }
}
