import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing
import SystemPackage

@Suite struct CredentialsTests {
    @Test func withoutUserAndGroupNothingChanges() throws {
        #expect(try Credentials.find(user: nil, group: nil) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func namesAndNumbersWillDo() throws {
        let nobody = try #require(getpwnam("nobody")).pointee
        let byName = try #require(try Credentials.find(user: "nobody", group: nil))
        #expect(byName.user == nobody.pw_uid)
        #expect(byName.group == nobody.pw_gid)
        #expect(byName.groups.contains(nobody.pw_gid) && !byName.groups.contains(0))
        #expect(try Credentials.find(user: "\(nobody.pw_uid)", group: nil) == byName)
        let numbers = try #require(try Credentials.find(user: "54321", group: "54322"))
        #expect((numbers.user, numbers.group) == (54321, 54322))
        #expect(numbers.groups == [54322])
        #expect(try Credentials.find(user: nil, group: "54322")?.user == 0)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func theLoginIsTheUsersAndOfOneWhomNobodyKnowsAHomeAlone() throws {
        let nobody = try #require(getpwnam("nobody")).pointee
        let login = [
            "HOME": String(cString: nobody.pw_dir), "USER": "nobody", "LOGNAME": "nobody",
            "SHELL": String(cString: nobody.pw_shell),
        ]
        #expect(try Credentials.find(user: "nobody", group: nil)?.login == login)
        #expect(Set(login.keys) == Set(Credentials.loginNames))
        #expect(try Credentials.find(user: "54321", group: "54322")?.login == ["HOME": "/"])
        #expect(try #require(try Credentials.find(user: nil, group: "54322")).login == nil)
    }

    @Test(arguments: [
        (String?("no-such-user"), String?.none, "there is no user 'no-such-user'"),
        ("4294967295", nil, "there is no user"),
        ("-1", nil, "there is no user"), (nil, "no-such-group", "there is no group 'no-such-group'"),
        ("54321", nil, "set one with --group"),
    ])
    func whoIsNotThereIsNamed(user: String?, group: String?, reason: String) {
        let error = #expect(throws: CredentialsError.self) { try Credentials.find(user: user, group: group) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func onlyRootMayChange() async {
        await #expect(processExitsWith: .success) {
            #expect(setgid(54322) == 0 && setuid(54321) == 0)
            let unchanged = try Credentials.find(user: "54321", group: "54322")
            #expect(unchanged == nil)
            let error = #expect(throws: CredentialsError.self) { try Credentials.find(user: "root", group: nil) }
            #expect(error?.description.contains("only root") == true)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func aChildIsThatUserWithThoseGroupsAndNoOthers() async {
        await #expect(processExitsWith: .success) {
            #expect(setgroups(2, [0, 54330]) == 0)
            var launch = Launch(
                try Executable(opening: "/bin/sh"), arguments: ["-c", "kill -STOP $$"], environment: [:])
            launch.credentials = try Credentials.find(user: "54321", group: "54322")
            let child = try launch.start(threads: 1)
            waitForStop(of: child.pid)
            let lines = text(of: "/proc/\(child.pid)/status").split(separator: "\n")
            #expect(lines.contains("Uid:\t54321\t54321\t54321\t54321"))
            #expect(lines.contains("Gid:\t54322\t54322\t54322\t54322"))
            #expect(lines.contains { $0.split(whereSeparator: \.isWhitespace) == ["Groups:", "54322"] })
            #expect(lines.contains("CapEff:\t0000000000000000"))
            #expect(lines.contains("NoNewPrivs:\t1"))
            child.signal(SIGKILL)
            #expect(waitForEnd(of: child) == .signaled(SIGKILL))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func aChildOfAnotherUserDiesWithItsMasterToo() async throws {
        let folder = Folder()
        let path = folder.file("pid")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            var launch = Launch(
                try Executable(opening: "/bin/sh"), arguments: ["-c", "kill -STOP $$"], environment: [:])
            launch.credentials = try Credentials.find(user: "54321", group: "54322")
            let child = try launch.start(threads: 1)
            waitForStop(of: child.pid)
            let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            _ = write(file, "\(child.pid)", "\(child.pid)".utf8.count)
            kill(getpid(), SIGKILL)
        }
        let pid = try #require(Int32(text(of: path)))
        let process = brigade_pidfd_open(pid)
        defer { close(process) }
        #expect(process < 0 || !Poll.wait(for: [.init(process)], atMost: .seconds(10)).isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may give up being root"))
    func aChangeThatIsRefusedNamesItsCall() async {
        await #expect(processExitsWith: .success) {
            let credentials = try #require(try Credentials.find(user: "54321", group: "54322"))
            #expect(setgid(54323) == 0 && setuid(54323) == 0)
            var launch = Launch(try Executable(opening: "/bin/sh"), arguments: [], environment: [:])
            launch.credentials = credentials
            do throws(Launch.Failure) {
                let child = try launch.start(threads: 1)
                Issue.record("started as \(child.pid)")
            } catch {
                #expect(error == .system(SystemError("starting /bin/sh: setgroups", errno: .notPermitted)))
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change owners"))
    func aUnixSocketsNameIsGivenAway() throws {
        let folder = Folder()
        let listener = try ListeningSocket.open(.unix(path: folder.file("socket")), backlog: 16)
        let credentials = try #require(try Credentials.find(user: "54321", group: "54322"))
        try listener.setOwner(user: credentials.user, group: credentials.group)
        var file = stat()
        #expect(lstat(folder.file("socket"), &file) == 0)
        #expect((file.st_uid, file.st_gid) == (54321, 54322))
        // And one that has no name is none the worse for it.
        try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16).setOwner(
            user: credentials.user, group: credentials.group)
    }

    @Test func theUmaskHoldsForNewFiles() async {
        let folder = Folder()
        let path = folder.file("new")
        await #expect(processExitsWith: .success) { [path = path as String] in
            CurrentProcess.setUmask(0o027)
            close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666))
        }
        var file = stat()
        #expect(stat(path, &file) == 0)
        #expect(file.st_mode & 0o777 == 0o640)
    }
}
