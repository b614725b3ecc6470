internal import CLinux
import Glibc

/// This process as others see it.
package enum OwnProcess {
    /// Its name in ps and top. One that was executed by a descriptor would be called by a number.
    package static func name(_ name: String) {
        brigade_set_name(name)
    }

    /// SIGABRT takes its usual course, although this process had it read.
    package static func abort() -> Never {
        signal(SIGABRT, SIG_DFL)
        Glibc.abort()
    }
}
