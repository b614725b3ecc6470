import Linux
import CLinux
import Contract
import Glibc
import Platform
import Testing

@Suite struct BuiltMasterTests {
    @Test func itHasOneThread() throws {
        let master = try BuiltMaster()
        #expect(master.line("ready: 2 workers") != nil)
        #expect(text(of: "/proc/\(master.child.pid)/status").contains("\nThreads:\t1\n"))
    }

    @Test func noWorkerOutlivesAKilledMaster() throws {
        let master = try BuiltMaster()
        #expect(master.line("ready: 2 workers") != nil)
        #expect(master.workers.count == 2)
        let processes = master.workers.map { brigade_pidfd_open($0) }
        master.child.signal(SIGKILL)
        for process in processes {
            #expect(!Poll.wait(for: [Poll.Interest(process)], atMost: .seconds(10)).isEmpty)
            close(process)
        }
    }

    @Test func aQuickStopKillsWhoDoesNotHearAndEndsWithZero() throws {
        let master = try BuiltMaster()
        #expect(master.line("ready: 2 workers") != nil)
        master.child.signal(SIGINT)
        #expect(master.line("killed by this master") != nil)
        #expect(master.end() == .exited(0))
    }

    @Test func aWorkerHasItsDescriptorsAndNoOthers() throws {
        let master = try BuiltMaster()
        #expect(master.line("ready: 2 workers") != nil)
        for pid in master.workers {
            // It stops itself once it has said that it is ready: the shell's own passing redirections are over then.
            while !text(of: "/proc/\(pid)/status").contains("State:\tT") { sched_yield() }
            let descriptors = (0..<64).filter {
                faccessat(AT_FDCWD, "/proc/\(pid)/fd/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0
            }
            #expect(Array(descriptors.prefix(6)) == [0, 1, 2, 3, 4, 5])
            // And the script itself: as the master handed it over, and as the shell opened it.
            let script = master.folder.file("worker")
            #expect(descriptors.dropFirst(6).allSatisfy { target(of: "/proc/\(pid)/fd/\($0)") == script })
        }
    }

    @Test func aDeadWorkerLeavesNoDescriptorInTheMaster() throws {
        let master = try BuiltMaster(["--no-prestart"])
        #expect(master.line("ready: 2 workers") != nil)
        let before = descriptors(of: master)
        kill(master.workers[0], SIGKILL)
        #expect(master.line("worker ready", number: 3) != nil)
        #expect(descriptors(of: master) == before)
    }

    private func descriptors(of master: BuiltMaster) -> Int {
        (0..<256).count { faccessat(AT_FDCWD, "/proc/\(master.child.pid)/fd/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0 }
    }

    @Test func fourHundredSignalsLoseNothing() throws {
        let master = try BuiltMaster(["--no-prestart"])
        #expect(master.line("ready: 2 workers") != nil)
        for _ in 0..<200 { for signal in [SIGUSR1, SIGWINCH] { master.child.signal(signal) } }
        kill(master.workers[0], SIGKILL)
        #expect(master.line("killed by SIGKILL")?.contains("worker=1") == true)
        #expect(master.line("worker ready", number: 3)?.contains("worker=1") == true)
    }

    @Test func aReloadWithABrokenBuildLeavesTheOldWorkersServing() throws {
        let master = try BuiltMaster(["--no-prestart"])
        #expect(master.line("ready: 2 workers") != nil)
        let broken = master.folder.write("no program", to: "broken", mode: 0o755)
        rename(broken, master.folder.file("worker"))
        master.child.signal(SIGHUP)
        #expect(
            master.line("reload failed: the new worker 3 exited: not started: ")?.contains("Exec format error")
                == true)
        // The child whose exec failed is no zombie.
        let children = text(of: "/proc/\(master.child.pid)/task/\(master.child.pid)/children").split(separator: " ")
        #expect(children.compactMap { Int32($0) } == master.workers)
        // And a crash brings the old build back.
        kill(master.workers[0], SIGKILL)
        #expect(master.line("killed by SIGKILL") != nil)
        #expect(master.line("worker ready", number: 3)?.contains("gen=1") == true)
    }

    @Test(arguments: [("exit 4", ExitCode.application), ("exit 3", .boot)])
    func aWorkerThatNeverBecomesReadyIsAnExitCode(command: String, code: ExitCode) throws {
        let master = try BuiltMaster(worker: "#!/bin/sh\ntest \"$1\" = prestart && exit 0\n\(command)\n")
        #expect(master.end() == .exited(code.rawValue))
    }

    @Test(arguments: [
        (5, ExitCode.prestart, "the server does not start without its prestart"),
        (7, .prestart, "the server does not start without its prestart"),
        (1, .usage, "the worker rejects its settings: see its message above"),
    ])
    func aPrestartThatFailsIsExitCode5AndOneThatRefusesSettings1(code: Int, end: ExitCode, words: String) throws {
        let master = try BuiltMaster(worker: "#!/bin/sh\nexit \(code)\n")
        #expect(master.end() == .exited(end.rawValue))
        #expect(master.everything.contains("prestart failed"))
        #expect(master.everything.contains(words))
    }

    @Test(arguments: [
        (["--workers", "none"], 1, "--workers: invalid value 'none'"), (["--nonsense"], 1, "--nonsense"),
        (["--worker", "/no/such/worker"], 1, "/no/such/worker"),
        (["--bind", "unix:/no/such/folder/socket"], 2, "/no/such/folder"),
    ])
    func whatCannotBeDoneIsOneLineThatNamesIt(arguments: [String], code: Int32, name: String) throws {
        let master = try BuiltMaster(arguments)
        #expect(master.end() == .exited(code))
        #expect(master.everything.split(separator: "\n").count == 1)
        #expect(master.everything.contains(name))
    }

    @Test(arguments: SettingsSchema.all.filter { $0.syntax != .onOff }.map(\.flag))
    func everySettingIsAFlag(flag: String) throws {
        let master = try BuiltMaster(["--\(flag)", ""])
        #expect(master.end() == .exited(ExitCode.usage.rawValue))
        #expect(master.everything.hasPrefix("brigade: --\(flag): invalid value '"))
    }

    @Test func aSocketOfTheServiceManagersTakesThePlaceOfBind() throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let master = try BuiltMaster(environment: ["LISTEN_FDS": "1"], activated: listener.descriptor)
        #expect(master.line("using the service manager's sockets") != nil)
        #expect(master.line("listening on http://\(listener.address)") != nil)
        #expect(master.line("ready: 2 workers") != nil)
    }

    /// By its default name, which is that of the unit.
    @Test func aSocketUnitMayBeCalledLikeThisServer() throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let master = try BuiltMaster(
            environment: ["LISTEN_FDS": "1", "LISTEN_FDNAMES": "brigade-api.socket"], activated: listener.descriptor)
        #expect(master.line("listening on http://\(listener.address)") != nil)
        #expect(master.line("ready: 2 workers") != nil)
    }

    @Test func whatTheServiceManagerHasKeptInVainIsSaidAndForgotten() throws {
        let notifications = Notifications()
        let other = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let name = try #require(other.storeName)
        let master = try BuiltMaster(
            ["--bind", "127.0.0.1:0"],
            environment: ["LISTEN_FDS": "1", "LISTEN_FDNAMES": name, "NOTIFY_SOCKET": notifications.path],
            activated: other.descriptor)
        #expect(master.line("closing \(other.address) from the service manager's store") != nil)
        #expect(master.line("ready: 2 workers") != nil)
        var messages: [[String]] = []
        while let message = notifications.next() { messages.append(message) }
        #expect(messages.contains(["FDSTOREREMOVE=1", "FDNAME=\(name)"]))
        #expect(messages.contains { $0.first == "FDSTORE=1" && $0.last != "FDNAME=\(name)" })
    }
}
