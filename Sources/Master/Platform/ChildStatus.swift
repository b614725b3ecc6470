internal import CLinux

/// How a child ended (wait(2)).
package enum ChildStatus: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)

    init(status: Int32) {
        self =
            brigade_wifexited(status) != 0 ? .exited(brigade_wexitstatus(status)) : .signaled(brigade_wtermsig(status))
    }
}
