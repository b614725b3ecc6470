import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing
import SystemPackage

@Suite struct ExecutableTests {
    private let folder = Folder()

    @Test func anExecKeepsThePidAndTheGivenDescriptors() async throws {
        let script = """
            #!/bin/sh
            # The signal came while nobody read it, and waits for whoever reads it now. By builtins only: this shell
            # lifts the mask when it has waited for a child.
            while read -r name value; do
                case $name in
                SigPnd:) test "$value" = 0000000000000200 || exit 1 ;;
                SigBlk:) case $value in *[2367abef]??) ;; *) exit 2 ;; esac ;;
                esac
            done </proc/$$/status
            test "$$" = "$4" || exit 3
            test "$VALUE" = x || exit 4
            test -e /proc/self/fd/$2 && exit 5
            trap '' USR1
            test "$(cat /proc/self/fd/$1)" = "$3" || exit 6
            exit 42

            """
        let path = folder.write(script, to: "script", mode: 0o755)
        await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
            let signals = try SignalDescriptor([SIGUSR1])
            raise(SIGUSR1)
            let kept = try MemoryFile.write("the state")
            // So high that nothing in the next image gets its number by chance.
            let lost = fcntl(kept.number, F_DUPFD_CLOEXEC, 200)
            let error = try Executable(opening: path).replaceProcess(
                arguments: ["\(kept.number)", "\(lost)", "the state", "\(getpid())"],
                environment: ["PATH": "/usr/bin:/bin", "VALUE": "x"], keeping: [kept.number])
            Issue.record("\(error) with \(signals.descriptor)")
        }
    }

    @Test func aFailedExecChangesNothing() throws {
        let executable = try Executable(opening: folder.write("no program", to: "broken", mode: 0o755))
        let kept = try MemoryFile.write("the state")
        let error = executable.replaceProcess(arguments: [], environment: [:], keeping: [kept.number])
        #expect(error == SystemError("exec of \(folder.file("broken"))", errno: .execFormatError))
        let number = kept.number
        #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
    }

    @Test func aResumedExecutableIsTheSameProgram() throws {
        let path = folder.write("#!/bin/sh\nexit 7\n", to: "worker", mode: 0o755)
        let opened = try Executable(opening: path)
        let kept = dup(opened.descriptor)
        unlink(path)
        let resumed = try Executable(resuming: kept, path: path, isScript: opened.isScript)
        #expect(fcntl(kept, F_GETFD) == FD_CLOEXEC)
        let child = try Launch(resumed, arguments: [], environment: [:]).start(threads: 1)
        #expect(waitForEnd(of: child) == .exited(7))
        #expect(throws: SystemError("fcntl", errno: .badFileDescriptor)) {
            try Executable(resuming: -1, path: path, isScript: false)
        }
    }

    @Test func aSignalThatWasPendingBeforeIsRead() throws {
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let first = try SignalDescriptor([SIGUSR2, SIGWINCH])
        // To this thread: the others of the tests do not block it.
        raise(SIGUSR2)
        let second = try SignalDescriptor([SIGUSR2, SIGWINCH])
        #expect(second.next() == SIGUSR2)
        #expect(second.next() == nil && first.next() == nil)
    }

    @Test func anEndedChildIsStillAnnouncedAfterTheStandardStateIsSettled() async {
        await #expect(processExitsWith: .success) {
            let signals = try SignalDescriptor([SIGCHLD])
            raise(SIGCHLD)
            CurrentProcess.resetInheritedState()
            #expect(signals.next() == SIGCHLD)
        }
    }

    @Test func aMemoryFileIsReadFromItsStart() throws {
        let text = String(repeating: "worker slot=1 gen=2\n", count: 10_000)
        let file = try MemoryFile.write(text)
        let number = file.number
        #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
        #expect(try MemoryFile.read(descriptor: number) == text)
        #expect(try MemoryFile.read(descriptor: number) == text)
        #expect(ftruncate(number, (16 << 20) + 1) == 0)
        #expect(throws: SystemError("read", errno: .fileTooLarge)) { try MemoryFile.read(descriptor: number) }
        // The file lives until here.
        #expect(file.release() == number && close(number) == 0)
    }
}
