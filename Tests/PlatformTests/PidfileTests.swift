import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

@Suite struct PidfileTests {
    private let folder = Folder()

    @Test func aPidfileHoldsThePidAndIsRemovedWithTheMaster() throws {
        let path = folder.write("123456789012345678901234567890\n", to: "pid")
        do {
            let pidfile = try Pidfile.take(path)
            #expect(text(of: path) == "\(getpid())\n")
            #expect(fcntl(pidfile.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(folder.names == [])
    }

    @Test func aSecondMasterIsRejectedWithThePidOfTheFirst() throws {
        let first = try Pidfile.take(folder.file("pid"))
        let error = #expect(throws: PidfileError.self) { try Pidfile.take(first.path) }
        #expect(error?.isLocked == true)
        #expect(error?.description.contains("another master, pid \(getpid()), holds the pidfile \(first.path)") == true)
        #expect(text(of: first.path) == "\(getpid())\n")
    }

    @Test func thePidfileOfAKilledMasterIsReused() async throws {
        let path = folder.file("pid")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let pidfile = try Pidfile.take(path)
            kill(getpid(), SIGKILL)
            Issue.record("alive with \(pidfile.path)")
        }
        #expect(!text(of: path).isEmpty && text(of: path) != "\(getpid())\n")
        let pidfile = try Pidfile.take(path)
        #expect(text(of: pidfile.path) == "\(getpid())\n")
    }

    @Test(arguments: [
        "notes\n", "12 34\n", "-1\n", "1234;\n", "12\u{0}", String(repeating: "1", count: 64), "\u{661}\n",
    ])
    func aFileThatHoldsMoreThanANumberStaysAsItIs(content: String) throws {
        let path = folder.write(content, to: "notes.txt")
        let error = #expect(throws: PidfileError.self) { try Pidfile.take(path) }
        #expect(error?.isLocked == false)
        #expect(error?.description.contains("\(path) cannot be used: it holds more than a number") == true)
        let checked = #expect(throws: PidfileError.self) { try Pidfile.validate(path) }
        #expect(checked?.description == error?.description)
        #expect(text(of: path) == content)
    }

    @Test(arguments: ["", "\n", "4711", "4711\n", " 4711 \r\n", "0\n"])
    func aNumberAndNothingAreFine(content: String) throws {
        let path = folder.write(content, to: "pid")
        try Pidfile.validate(path)
        #expect(text(of: path) == content)
        let pidfile = try Pidfile.take(path)
        #expect(text(of: pidfile.path) == "\(getpid())\n")
        // Also while somebody holds it.
        try Pidfile.validate(path)
        try Pidfile.validate(folder.file("none"))
    }

    @Test func aFileThatReplacedThePidfileIsNotRemoved() throws {
        let path = folder.file("pid")
        do {
            let pidfile = try Pidfile.take(path)
            rename(folder.write("theirs", to: "other"), pidfile.path)
        }
        #expect(text(of: path) == "theirs")
    }

    @Test func anExecOfTheMasterKeepsTheLock() throws {
        let first = try Pidfile.take(folder.file("pid"))
        // Of the same open file, as after an exec, which ends no deinit.
        let resumed = try Pidfile.resumed(descriptor: dup(first.descriptor), path: first.path)
        #expect(fcntl(resumed.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        let second = #expect(throws: PidfileError.self) { try Pidfile.take(first.path) }
        #expect(second?.isLocked == true)
        let another = open(first.path, O_RDWR | O_CLOEXEC)
        defer { close(another) }
        let third = #expect(throws: PidfileError.self) {
            try Pidfile.resumed(descriptor: another, path: first.path)
        }
        #expect(third?.isLocked == true)
    }

    @Test func anUnusablePidfileIsRejectedWithTheReason() throws {
        let precious = folder.write("precious", to: "file")
        symlink(precious, folder.file("link"))
        for (path, reason) in [
            (folder.file("link"), "symbolic link"), (folder.file("none/pid"), "the directory does not exist"),
            (folder.path, "it is not a regular file"), ("/dev/null", "it is not a regular file"),
        ] {
            let error = #expect(throws: PidfileError.self) { try Pidfile.take(path) }
            #expect(error?.isLocked == false)
            #expect(error?.description.contains(reason) == true, "\(path): \(error?.description ?? "")")
            #expect(error?.description.contains(path) == true)
            if !path.contains("none") { #expect(throws: PidfileError.self) { try Pidfile.validate(path) } }
        }
        #expect(text(of: precious) == "precious")
    }
}
