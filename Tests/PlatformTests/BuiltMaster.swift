import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

/// The built `brigade`, started in front of a worker that is a shell script.
final class BuiltMaster {
    let folder = Folder()
    let child: Child
    private var log = ""
    private let logEnd: OwnedDescriptor

    /// Says that it is ready, and then hears nothing: only KILL ends it, the master's or that of the master's death.
    static let deafWorker = """
        #!/bin/sh
        test "$1" = prestart && exit 0
        printf '\\001\\001' >&4
        printf '\\001\\002' >&4
        kill -STOP $$

        """

    /// - Parameters:
    ///   - activated: a listening socket that takes the place of `--bind`.
    ///   - program: what is started; `brigade`, or something that runs it.
    init(
        _ arguments: [String] = [], worker: String = deafWorker, environment: [String: String] = [:],
        activated: Int32? = nil, program: [String] = [program]
    ) throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        logEnd = OwnedDescriptor(owning: ends[0])
        let writeEnd = OwnedDescriptor(owning: ends[1])
        let path = folder.write(worker, to: "worker", mode: 0o755)
        // A shell hands the log's end over as stderr, and becomes the master: the pid stays.
        let redirect = activated == nil ? "exec \"$0\" \"$@\" 2>&3 3>&-" : "exec \"$0\" \"$@\" 2>&4 4>&-"
        let flags = ["--worker", path, "--workers", "2"] + (activated == nil ? ["--bind", "127.0.0.1:0"] : [])
        var launch = Launch(
            try Executable(opening: "/bin/sh"), arguments: ["-c", redirect] + program + ["serve"] + flags + arguments,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $0 + $1 })
        launch.setsListenPID = activated != nil
        launch.descriptors = (activated.map { [$0] } ?? []) + [writeEnd.number]
        child = try launch.start(threads: 1)
    }

    deinit {
        child.signal(SIGKILL)
        _ = end()
    }

    /// Stands beside the tests' own bundle.
    static let program: String = {
        let bundles = CommandLine.arguments + [target(of: "/proc/self/exe")]
        let candidates = bundles.compactMap { bundle in bundle.lastIndex(of: "/").map { bundle[..<$0] + "/brigade" } }
        return candidates.map { String($0) }.first { access($0, X_OK) == 0 } ?? "brigade"
    }()

    /// Waits for a line of the log that contains the text; nil when the log ends without one.
    /// - Parameter number: the first such line, the second, ...
    func line(_ text: String, number: Int = 1) -> String? {
        while true {
            let lines = log.split(separator: "\n").filter { $0.contains(text) }
            if lines.count >= number, log.hasSuffix("\n") { return String(lines[number - 1]) }
            guard !Poll.wait(for: [Poll.Interest(logEnd.number)], atMost: .seconds(30)).isEmpty else { return nil }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(logEnd.number, &bytes, bytes.count)
            guard count > 0 else { return nil }
            log += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    /// The pids of its workers, from its log.
    var workers: [Int32] {
        log.split(separator: "\n").filter { $0.contains("worker started") }.compactMap { line in
            line.split(separator: " ").last { $0.hasPrefix("pid=") && !$0.hasSuffix(":") }.flatMap {
                Int32($0.dropFirst(4))
            }
        }
    }

    /// How it ended.
    func end() -> Contract.ExitStatus? {
        _ = Poll.wait(for: [Poll.Interest(child.descriptor)], atMost: .seconds(30))
        return child.reap()
    }

    var everything: String {
        _ = line("\u{0}")
        return log
    }
}
