import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing
import SystemPackage

@Suite struct LaunchTests {
    /// A shell that stops itself, so that it can be looked at.
    private func stopped(
        descriptors: [Int32] = [], environment: [String: String] = [:], setsListenPID: Bool = false,
        _ look: (_ pid: Int32) -> Void
    ) throws {
        var launch = Launch(
            try Executable(opening: "/bin/sh"), arguments: ["-c", "kill -STOP $$"], environment: environment)
        launch.descriptors = descriptors
        launch.setsListenPID = setsListenPID
        let child = try launch.start(threads: 1)
        waitForStop(of: child.pid)
        look(child.pid)
        child.signal(SIGKILL)
        #expect(waitForEnd(of: child) == .signaled(SIGKILL))
    }

    @Test func aChildHasOnlyTheGivenDescriptors() throws {
        let folder = Folder()
        // Both kinds that could slip through: with close-on-exec, and, as if this process had inherited it, without.
        let kept = open(folder.write("", to: "kept"), O_RDONLY | O_CLOEXEC)
        let stray = open(folder.write("", to: "stray"), O_RDONLY)
        defer {
            close(kept)
            close(stray)
        }
        let high = fcntl(kept, F_DUPFD_CLOEXEC, 200)
        defer { close(high) }
        try stopped(descriptors: [high, kept]) { pid in
            let descriptors = (0..<1024).filter {
                faccessat(AT_FDCWD, "/proc/\(pid)/fd/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0
            }
            #expect(descriptors == [0, 1, 2, 3, 4])
            for number in 3...4 {
                #expect(target(of: "/proc/\(pid)/fd/\(number)") == folder.file("kept"))
            }
        }
    }

    @Test func aChildStartsWithDefaultSignals() throws {
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let signals = try SignalDescriptor([SIGUSR1, SIGWINCH])
        #expect(signals.descriptor >= 0)
        try stopped { pid in
            #expect(signalSet("SigBlk", of: pid) == 0)
            #expect(signalSet("SigIgn", of: pid) == 1 << UInt64(SIGPIPE - 1) | 1 << UInt64(SIGXFSZ - 1))
        }
    }

    /// But for the signals 32 and 33, which are the C library's own and which it lets nobody touch.
    private func signalSet(_ name: String, of pid: Int32) -> UInt64? {
        let line = text(of: "/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("\(name):\t") }
        return line.flatMap { UInt64($0.dropFirst(name.count + 2), radix: 16) }.map { $0 & ~(3 << 31) }
    }

    @Test func aChildHasTheGivenEnvironmentAndItsOwnListenPID() throws {
        try stopped(environment: ["A": "1", "B": "x=y"], setsListenPID: true) { pid in
            let variables = Set(
                text(of: "/proc/\(pid)/environ").split(separator: "\0").map { $0.prefix { $0 != "\0" } })
            #expect(variables == ["A=1", "B=x=y", "LISTEN_PID=\(pid)"])
        }
    }

    @Test func aScriptRunsThroughItsInterpreter() throws {
        let folder = Folder()
        let script = folder.write("#!/bin/sh\ntest \"$1\" = serve && exit 7\n", to: "script", mode: 0o755)
        let executable = try Executable(opening: script)
        #expect(executable.isScript)
        let child = try Launch(executable, arguments: ["serve"], environment: [:]).start(threads: 1)
        #expect(waitForEnd(of: child) == .exited(7))
    }

    @Test func aReplacedFileDoesNotChangeTheProgram() throws {
        let folder = Folder()
        let path = folder.write("#!/bin/sh\nexit 1\n", to: "worker", mode: 0o755)
        let old = try Executable(opening: path)
        rename(folder.write("#!/bin/sh\nexit 2\n", to: "next", mode: 0o755), path)
        let child = try Launch(old, arguments: [], environment: [:]).start(threads: 1)
        #expect(waitForEnd(of: child) == .exited(1))
        let next = try Launch(try Executable(opening: path), arguments: [], environment: [:]).start(threads: 1)
        #expect(waitForEnd(of: next) == .exited(2))
    }

    @Test(arguments: [
        ("\u{1}\u{2}no program", Errno.execFormatError), ("#!/no/such/interpreter\n", .noSuchFileOrDirectory),
    ])
    func anExecThatFailsIsAnErrorAndNoChild(content: String, errno: Errno) throws {
        let folder = Folder()
        let path = folder.write(content, to: "worker", mode: 0o755)
        let launch = Launch(try Executable(opening: path), arguments: [], environment: [:])
        do throws(Launch.Failure) {
            let child = try launch.start(threads: 1)
            Issue.record("started as \(child.pid)")
        } catch {
            #expect(error == .system(SystemError("starting \(path)", errno: errno)))
        }
    }

    @Test func aFileThatCannotBeRunIsRejectedAtOpen() {
        let folder = Folder()
        let plain = folder.write("text", to: "plain")
        #expect(throws: SystemError("open", errno: .noSuchFileOrDirectory)) {
            try Executable(opening: folder.file("none"))
        }
        #expect(throws: SystemError("access", errno: .permissionDenied)) { try Executable(opening: plain) }
        #expect(throws: SystemError("open", errno: .isDirectory)) { try Executable(opening: folder.path) }
    }

    @Test func aProcessWithThreadsDoesNotFork() throws {
        let launch = Launch(try Executable(opening: "/bin/sh"), arguments: [], environment: [:])
        do throws(Launch.Failure) {
            let child = try launch.start(threads: 2)
            Issue.record("started as \(child.pid)")
        } catch {
            #expect(error == .threads(2))
        }
        #expect((CurrentProcess.threadCount ?? 0) >= 1)
    }

    @Test(.enabled(if: geteuid() == 0, "the limit is one of users who are not root, and theirs of all their processes"))
    func aForkThatFindsNoRoomIsAnErrorAndNoChild() async {
        await #expect(processExitsWith: .success) {
            #expect(setgid(54324) == 0 && setuid(54324) == 0)
            var limit = rlimit(rlim_cur: 1, rlim_max: 1)
            #expect(setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limit) == 0)
            do throws(Launch.Failure) {
                let child = try Launch(
                    try! Executable(opening: "/bin/sh"), arguments: [], environment: [:]
                ).start(threads: 1)
                Issue.record("started as \(child.pid)")
            } catch {
                #expect(error == .system(SystemError("starting /bin/sh: fork", errno: .resourceTemporarilyUnavailable)))
            }
        }
    }

    @Test func invalidUTF8ReachesAChildUnchanged() async {
        await #expect(processExitsWith: .success) {
            let value: [CChar] = [0x61, -1, -0x3d, 0x28, 0]
            #expect(setenv("RAW", value, 1) == 0)
            let launch = Launch(
                try Executable(opening: "/bin/sh"), arguments: ["-c", "kill -STOP $$"],
                environment: Environment.variables)
            let child = try launch.start(threads: 1)
            waitForStop(of: child.pid)
            let entries = bytes(of: "/proc/\(child.pid)/environ").split(separator: 0)
            #expect(entries.contains([0x52, 0x41, 0x57, 0x3d, 0x61, 0xff, 0xc3, 0x28]))
            child.signal(SIGKILL)
            #expect(waitForEnd(of: child) == .signaled(SIGKILL))
        }
    }
}
