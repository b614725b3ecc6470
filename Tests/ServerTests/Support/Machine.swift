import CLinux
import Foundation

/// What the kernel says of processes.
enum Machine {
    /// The children of a process whose name is that.
    static func children(of pid: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }.sorted()
    }

    static func threads(of pid: pid_t) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count) ?? 0
    }

    /// What each open descriptor is, as the kernel names it: `socket:[123]`, `anon_inode:[eventpoll]`, a path.
    static func descriptors(of pid: pid_t) -> [Int: String] {
        let folder = "/proc/\(pid)/fd"
        var found: [Int: String] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            found[Int(name)!] = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
        }
        return found
    }

    /// Whether a worker has begun to accept connections: there is a thread for that.
    static func accepts(_ pid: pid_t) -> Bool {
        let folder = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.contains { (try? String(contentsOfFile: "\(folder)/\($0)/comm", encoding: .utf8)) == "accept\n" }
    }

    /// Stops a process, and waits until each of its threads stands still.
    static func stop(_ pid: pid_t) {
        kill(pid, SIGSTOP)
        let folder = "/proc/\(pid)/task"
        while let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) {
            let stand = threads.allSatisfy { thread in
                // The state follows the name, which stands in parentheses (proc(5)).
                let text = (try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)) ?? ""
                return text.split(separator: ")").last?.hasPrefix(" T") ?? true
            }
            if stand { return }
        }
    }

    static func isStopped(_ pid: pid_t) -> Bool {
        // The state follows the name, which stands in parentheses (proc(5)).
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.hasPrefix(" T") ?? false
    }

    /// How often the threads of a process have gone to sleep by themselves, ever: each was a wake-up.
    static func voluntarySwitches(of pid: pid_t) -> Int {
        let folder = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.reduce(0) { $0 + (number("voluntary_ctxt_switches:", in: "\(folder)/\($1)/status") ?? 0) }
    }

    /// What a process has used of the processors, ever.
    static func processorTime(of pid: pid_t) -> Duration {
        // The fields follow the name, which stands in parentheses (proc_pid_stat(5)); utime and stime are the 14th and 15th.
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return .zero }
        return .seconds(user + system) / sysconf(Int32(_SC_CLK_TCK))
    }

    /// Memory of its own that it has written to, in KiB.
    static func privateDirty(of pid: pid_t) -> Int? { number("Private_Dirty:", in: "/proc/\(pid)/smaps_rollup") }

    /// Of a line `NAME   123 kB`.
    private static func number(_ name: String, in file: String) -> Int? {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    /// Waits for a state that nobody announces.
    static func wait(for what: String, until isThere: () -> Bool) throws {
        let end = ContinuousClock.now + ChildProcess.patience
        while !isThere() {
            guard ContinuousClock.now < end else { throw ChildProcess.Failure(description: "never: \(what)") }
            sched_yield()
        }
    }

    /// Waits until a process, not our child, is gone.
    static func waitForEnd(of pid: pid_t) throws {
        let pidfd = brigade_pidfd_open(pid)
        guard pidfd >= 0 else { return }
        defer { close(pidfd) }
        guard try readable(pidfd, until: .now + ChildProcess.patience) else {
            throw ChildProcess.Failure(description: "process \(pid) does not end")
        }
    }

    /// A port that nobody has now; the kernel gives it to nobody else soon.
    static func freePort() throws -> UInt16 {
        let listener = try TestListener()
        return listener.port
    }
}
