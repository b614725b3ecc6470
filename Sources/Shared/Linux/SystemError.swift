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

    /// Which limit of the host to raise (getrlimit(2), systemd.exec(5)); nil if the error is not about a limit.
    package var advice: String? {
        switch errno {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "allow more open files, by LimitNOFILE= or 'ulimit -n'"
        // pthread_create(3) also returns it if there is no memory for a stack.
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

    /// The description, and the advice if there is any.
    package var descriptionWithAdvice: String { advice.map { "\(self); \($0)" } ?? description }
}

/// The result of a system call. If it is -1, throws the error in errno; a call interrupted by a signal is repeated.
package func check<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(SystemError) -> Value {
    while true {
        let value = body()
        if value != -1 { return value }
        let error = Errno(rawValue: errno)
        if error != .interrupted { throw SystemError(call, errno: error) }
    }
}
