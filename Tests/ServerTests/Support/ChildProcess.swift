import CLinux
import Foundation

/// A program that a test has started: what it says on stderr and stdout, and how it ended. Killed when the test lets go.
final class ChildProcess {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    /// All that it has said so far.
    private(set) var output = ""
    private let pipe: Int32
    private let pidfd: Int32
    private var status: Int32?

    /// How long a state may take to come; a test that waits longer has failed.
    static let patience = Duration.seconds(60)

    /// - Parameter environment: the whole of it.
    init(_ program: String, _ arguments: [String], environment: [String: String], folder: String) throws {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw Failure(description: "pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // env(1) changes the folder and then becomes the program.
        var argv = (["env", "--chdir=\(folder)", program] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let error = posix_spawn(&child, "/usr/bin/env", &actions, nil, &argv, &envp)
        close(ends[1])
        guard error == 0 else {
            close(ends[0])
            throw Failure(description: "\(program): \(String(cString: strerror(error)))")
        }
        pid = child
        pipe = ends[0]
        pidfd = brigade_pidfd_open(child)
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        close(pipe)
        close(pidfd)
    }

    /// Nobody reads what it says, and there is room for little of it.
    func letItsOutputStall() {
        let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which Swift does not show
        _ = fcntl(pipe, setPipeSize, 4096)
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Reads on until the output has the text.
    /// - Parameter from: where in the output to look; a mark taken before the deed.
    func waitFor(_ text: String, from mark: Int = 0) throws {
        try wait(for: "'\(text)'") { $0.dropFirst(mark).contains(text) }
    }

    /// Reads on until the output is as wanted.
    func wait(for what: String, until isThere: (String) -> Bool) throws {
        let end = ContinuousClock.now + Self.patience
        while !isThere(output) {
            guard try read(until: end) else {
                throw Failure(description: "it ended or fell silent before \(what); it said:\n\(output)")
            }
        }
    }

    /// How much it has said: a mark for `waitFor`.
    var mark: Int { output.count }

    /// Its exit code, once it has ended; 128 and the signal's number when one killed it.
    func waitForExit() throws -> Int32 {
        let end = ContinuousClock.now + Self.patience
        while try read(until: end) {}
        guard status == nil else { return status! }
        guard try readable(pidfd, until: end) else {
            throw Failure(description: "it does not end; it said:\n\(output)")
        }
        var raw: Int32 = 0
        waitpid(pid, &raw, 0)
        status = brigade_wifexited(raw) != 0 ? brigade_wexitstatus(raw) : 128 + brigade_wtermsig(raw)
        return status!
    }

    /// False at the end of the output, or when the time is over.
    private func read(until end: ContinuousClock.Instant) throws -> Bool {
        guard try readable(pipe, until: end) else { return false }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = Foundation.read(pipe, &bytes, bytes.count)
        guard count > 0 else { return false }
        output += String(decoding: bytes.prefix(count), as: UTF8.self)
        return true
    }
}

/// Whether there is something to read before the time is over.
func readable(_ descriptor: Int32, until end: ContinuousClock.Instant) throws -> Bool {
    while true {
        let left = (end - .now).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return false }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = poll(&entry, 1, Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1))
        if count > 0 { return true }
        if count < 0, errno != EINTR { throw ChildProcess.Failure(description: "poll: \(errno)") }
    }
}
