import Glibc

/// What is wrong and does no harm, for whoever asked at a terminal.
enum Warnings {
    static func write(_ warnings: [String]) {
        for warning in warnings {
            let line = "brigade: warning: \(warning)\n"
            _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
        }
    }
}
