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
}

/// The value of a system call, or the error that errno holds when it is -1. A call interrupted by a signal is repeated.
package func check<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(SystemError) -> Value {
    while true {
        let value = body()
        if value != -1 { return value }
        let error = errno
        if error != EINTR { throw SystemError(call, errno: error) }
    }
}
