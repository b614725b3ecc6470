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

    /// - Parameters:
    ///   - environment: the whole of it.
    ///   - descriptors: become its fd 3, 4, ...
    ///   - log: a file to speak into, in the place of `output`.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], folder: String,
        descriptors: [Int32] = [], log: String? = nil
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw Failure(description: "pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for output in [Int32(1), 2] {
            if let log {
                posix_spawn_file_actions_addopen(&actions, output, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            } else {
                posix_spawn_file_actions_adddup2(&actions, ends[1], output)
            }
        }
        for (index, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + index))
        }
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
    /// - Parameter from: where in the output to look; a mark taken before the action.
    func waitFor(_ text: String, from mark: Int = 0) throws {
        try wait(for: "'\(text)'") { Substring($0.utf8.dropFirst(mark)).contains(text) }
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

    /// Reads what it has said by now.
    func catchUp() throws {
        while try read(until: .now) {}
    }

    /// Whether it says nothing of the kind for so long.
    func keeps(from text: String, from mark: Int, for time: Duration) throws -> Bool {
        let end = ContinuousClock.now + time
        while try read(until: end) {}
        return !said(from: mark).contains(text)
    }

    /// How much it has said: a mark for `waitFor`.
    var mark: Int { output.utf8.count }

    /// The lines since the mark that hold all these words; what it has said by now is read first.
    func lines(with words: String..., from mark: Int = 0) -> [Substring] {
        try? catchUp()
        return said(from: mark).split(separator: "\n").filter { line in words.allSatisfy(line.contains) }
    }

    /// What it has said since the mark.
    func said(from mark: Int) -> Substring { Substring(output.utf8.dropFirst(mark)) }

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
        // What is there already is seen, however late it is.
        let left = max(.zero, end - .now).components
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let count = poll(&entry, 1, Int32(clamping: milliseconds))
        if count > 0 { return true }
        if count == 0 { return false }
        if errno != EINTR { throw ChildProcess.Failure(description: "poll: \(errno)") }
    }
}
