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
        let listener = try Listener()
        return listener.port
    }
}
