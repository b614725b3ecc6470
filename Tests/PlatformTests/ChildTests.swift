import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing
import SystemPackage

@Suite struct ChildTests {
    @Test func aSignalReachesTheWholeGroup() throws {
        let folder = Folder()
        var launch = Launch(
            try Executable(opening: "/bin/sh"),
            arguments: ["-c", "sleep 1000 & echo $! > '\(folder.file("pid"))'; kill -STOP $$"],
            environment: ["PATH": "/usr/bin:/bin"])
        launch.ownsGroup = true
        let child = try launch.start(threads: 1)
        #expect(getpgid(child.pid) == child.pid)
        waitForStop(of: child.pid)
        let process = brigade_pidfd_open(try #require(Int32(text(of: folder.file("pid")).dropLast())))
        defer { close(process) }
        // The leader is gone and not reaped, and its group is there still.
        child.signal(SIGKILL)
        #expect(!Poll.wait(for: [.init(child.descriptor)], atMost: .seconds(20)).isEmpty)
        #expect(Poll.wait(for: [.init(process)], atMost: .zero).isEmpty)
        child.signalGroup(SIGTERM)
        #expect(!Poll.wait(for: [.init(process)], atMost: .seconds(20)).isEmpty)
        #expect(child.reap() == .signaled(SIGKILL))
    }

    @Test func aChildWithItsOwnGroupIsNotStoppedByTheTerminal() async {
        await #expect(processExitsWith: .success) {
            // The master's: the terminal of a session of its own.
            #expect(setsid() > 0)
            var terminal: Int32 = -1
            var standardInput: Int32 = -1
            #expect(openpty(&terminal, &standardInput, nil, nil, nil) == 0)
            #expect(dup2(standardInput, STDIN_FILENO) == STDIN_FILENO && ioctl(STDIN_FILENO, UInt(TIOCSCTTY), 0) == 0)
            #expect(tcgetpgrp(STDIN_FILENO) == getpid())
            var launch = Launch(
                try Executable(opening: "/bin/sh"), arguments: ["-c", "read line; exit 7"], environment: [:])
            launch.ownsGroup = true
            let child = try launch.start(threads: 1)
            #expect(waitForEnd(of: child) == .exited(7))
            child.signal(SIGKILL)
        }
    }

    @Test func aChildWithoutAGroupIsSignaledAlone() throws {
        let child = try Launch(
            try Executable(opening: "/bin/sh"), arguments: ["-c", "kill -STOP $$"], environment: [:]
        ).start(threads: 1)
        #expect(getpgid(child.pid) == getpgrp())
        waitForStop(of: child.pid)
        child.signalGroup(SIGKILL)
        #expect(waitForEnd(of: child) == .signaled(SIGKILL))
    }

    @Test func aChildThatEndedDuringAnExecIsReapedAfterIt() throws {
        let child = try Launch(
            try Executable(opening: "/bin/sh"), arguments: ["-c", "exit 7"], environment: [:]
        ).start(threads: 1)
        #expect(!Poll.wait(for: [.init(child.descriptor)], atMost: .seconds(20)).isEmpty)
        let resumed = try Child(resuming: child.pid)
        #expect(waitForEnd(of: resumed) == .exited(7))
    }

    @Test func anotherProcessIsNotResumedAsAChild() {
        do throws(SystemError) {
            let child = try Child(resuming: getppid())
            Issue.record("resumed \(child.pid)")
        } catch {
            #expect(error == SystemError("waitid", errno: .noChildProcess))
        }
    }
}

/// Waits until a child has stopped itself.
func waitForStop(of pid: Int32) {
    var status: Int32 = 0
    #expect(waitpid(pid, &status, WUNTRACED) == pid)
}

func waitForEnd(of child: borrowing Child) -> Contract.ExitStatus? {
    _ = Poll.wait(for: [.init(child.descriptor)], atMost: .seconds(20))
    return child.reap()
}
