internal import CLinux
import Glibc

/// What a master may have inherited, and must not keep.
package enum StandardState {
    /// To be called first. A broken pipe and a file at its size limit (RLIMIT_FSIZE) are errors to handle; ended children
    /// stay to be reaped; and no socket of ours can become a standard stream, when whoever started us had closed one.
    package static func settle() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Not when it is so: to set it discards one that waits, as after an exec of this master (sigaction(2)).
        if brigade_is_ignored(SIGCHLD) != 0 { signal(SIGCHLD, SIG_DFL) }
        while true {
            let number = open("/dev/null", O_RDWR)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }
}
