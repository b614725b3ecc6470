import Contract
import Glibc
import Platform
import Testing

/// A command of the built `brigade` that has ended: what it said, and how it ended.
struct BuiltCommand {
    let output: String
    let errors: String
    let status: Contract.ExitStatus?

    /// - Parameter environment: beside PATH, all that it gets.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let folder = Folder()
        let files = ["output", "errors"].map {
            OpenFile(open(folder.file($0), O_RDWR | O_CREAT | O_CLOEXEC, 0o600))
        }
        // A shell hands the files over as standard streams.
        var launch = Launch(
            try Executable(opening: "/bin/sh"),
            arguments: ["-c", "exec \"$0\" \"$@\" >&3 2>&4 3>&- 4>&-", BuiltMaster.program] + arguments,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given })
        launch.descriptors = files.map(\.number)
        let child = try launch.start(threads: 1)
        _ = Poll.wait(for: [Poll.Interest(child.descriptor)], atMost: .seconds(30))
        status = child.reap()
        output = text(of: folder.file("output"))
        errors = text(of: folder.file("errors"))
    }
}

/// Closed when the last who holds it goes.
private final class OpenFile {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }
}
