import Glibc

/// A system call that failed: its name, and errno.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let errno: Int32

    package init(_ call: String, errno: Int32 = Glibc.errno) {
        self.call = call
        self.errno = errno
    }

    package var description: String { "\(call): \(String(cString: strerror(errno)))" }

    /// Which limit of the host to raise (getrlimit(2), systemd.exec(5)); nil if the error is not about a limit.
    package var advice: String? {
        switch errno {
        case EMFILE, ENFILE: "allow more open files, by LimitNOFILE= or 'ulimit -n'"
        // pthread_create(3) also returns it if there is no memory for a stack.
        case EAGAIN where call == "pthread_create":
            "allow more threads, by TasksMax=, LimitNPROC= or 'ulimit -u', or more memory for their stacks, by LimitAS= or "
                + "'ulimit -v'"
        case EAGAIN: "allow more processes and threads, by TasksMax=, LimitNPROC= or 'ulimit -u'"
        case ENOMEM: "allow more memory, by LimitAS=, LimitDATA= or 'ulimit -v'"
        case EFBIG: "allow larger files, by LimitFSIZE= or 'ulimit -f'"
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
        let error = errno
        if error != EINTR { throw SystemError(call, errno: error) }
    }
}
