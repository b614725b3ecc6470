import Glibc
package import SystemPackage

/// A system call that failed: its name, and errno.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let errno: Errno

    package init(_ call: String, errno: Errno = Errno(rawValue: Glibc.errno)) {
        self.call = call
        self.errno = errno
    }

    package var description: String { "\(call): \(errno)" }

    /// Which of the host's limits to raise (getrlimit(2), systemd.exec(5)), for an error that is one's.
    package var advice: String? {
        switch errno {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "allow more open files, by LimitNOFILE= or 'ulimit -n'"
        // pthread_create(3) says so too when there is no memory for a stack.
        case .resourceTemporarilyUnavailable where call == "pthread_create":
            "allow more threads, by TasksMax=, LimitNPROC= or 'ulimit -u', or more memory for their stacks, by LimitAS= or "
                + "'ulimit -v'"
        case .resourceTemporarilyUnavailable:
            "allow more processes and threads, by TasksMax=, LimitNPROC= or 'ulimit -u'"
        case .noMemory: "allow more memory, by LimitAS=, LimitDATA= or 'ulimit -v'"
        case .fileTooLarge: "allow larger files, by LimitFSIZE= or 'ulimit -f'"
        default: nil
        }
    }

    /// With the advice, where there is any.
    package var advised: String { advice.map { "\(self); \($0)" } ?? description }
}

/// The value of a system call, or the error that errno holds when it is -1. A call interrupted by a signal is repeated.
package func check<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(SystemError) -> Value {
    while true {
        let value = body()
        if value != -1 { return value }
        let error = Errno(rawValue: errno)
        if error != .interrupted { throw SystemError(call, errno: Errno(rawValue: error)) }
    }
}
