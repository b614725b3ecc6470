import Contract
import Linux
import Glibc
import Platform
import Testing

/// A user and process namespace of a test's own, in which what it runs is root and process 1 (unshare(1)).
enum Namespace {
    /// What goes before a command.
    static func prefix() throws -> [String] {
        let program = ["/usr/bin/unshare", "/bin/unshare"].first { (path: String) in access(path, X_OK) == 0 }
        guard let program else { try Test.cancel("unshare(1) is not here") }
        let prefix = [program, "-Urpf", "--mount-proc", "--kill-child"]
        guard try run(prefix + ["true"]) == .exited(0) else {
            try Test.cancel("user namespaces are not allowed here")
        }
        return prefix
    }

    /// How a command ended.
    static func run(_ command: [String], _ environment: [String: String] = [:]) throws -> Contract.ExitStatus? {
        let launch = Launch(
            try Executable(opening: command[0]), arguments: Array(command.dropFirst()),
            environment: Environment.variables.merging(environment) { $1 })
        return waitForEnd(of: try launch.start(threads: 1))
    }
}
