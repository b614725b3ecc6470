import CLinux
import Contract
import Linux
import Glibc
import Platform
import Synchronization
import Testing

@Suite struct UnixListeningSocketTests {
    private let folder = Folder()

    @Test func aUnixSocketHasOneFileThatIsRemovedWithItsServer() throws {
        let path = folder.file("socket")
        do {
            let listener = try ListeningSocket.open(.unix(path: path), backlog: 16)
            #expect(folder.names == ["socket"])
            #expect(connects(to: path))
            #expect(listener.address == .unix(path: path))
        }
        #expect(folder.names == [])
    }

    @Test func theSocketFileOfAKilledServerIsReplaced() throws {
        let path = folder.file("socket")
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(withAddress(path) { bind(left, $0, $1) } == 0)
        close(left)
        #expect(!connects(to: path))
        let listener = try ListeningSocket.open(.unix(path: path), backlog: 16)
        #expect(connects(to: path))
        #expect(listener.descriptor > 0)
    }

    @Test func aRunningServerIsNotReplaced() throws {
        let address = BindAddress.unix(path: folder.file("socket"))
        let first = try ListeningSocket.open(address, backlog: 16)
        let error = #expect(throws: ListenError.self) { try ListeningSocket.open(address, backlog: 16) }
        #expect(error?.description.contains("another server listens there") == true)
        #expect(folder.names == ["socket"])
        #expect(first.descriptor > 0)
    }

    @Test func aSocketFileOfAnotherServerIsNotRemoved() throws {
        let path = folder.file("socket")
        do {
            let listener = try ListeningSocket.open(.unix(path: path), backlog: 16)
            #expect(listener.descriptor > 0)
            rename(folder.write("", to: "other"), path)
        }
        #expect(folder.names == ["socket"])
    }

    @Test(arguments: [false, true])
    func ofMastersThatStartAtOnceOneListens(leftBehind: Bool) {
        let path = folder.file("socket")
        for _ in 0..<100 {
            if leftBehind {
                let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                #expect(withAddress(path) { bind(left, $0, $1) } == 0)
                close(left)
            }
            let turnstile = Turnstile()
            let winners = Atomic(0)
            onThreads(3) {
                turnstile.pass(3)
                let listener = try? ListeningSocket.open(.unix(path: path), backlog: 16)
                if listener != nil { winners.add(1, ordering: .relaxed) }
                turnstile.pass(6)
            }
            #expect(winners.load(ordering: .relaxed) == 1)
        }
    }

    /// As after an exec, in which no deinit runs: the socket is there, and its name is.
    private func left(at path: String) throws -> (socket: Int32, file: FileIdentity?) {
        let first = try ListeningSocket.open(.unix(path: path), backlog: 16)
        let left = (dup(first.descriptor), first.file)
        rename(path, path + "-aside")
        return left
    }

    @Test func aResumedSocketListensAndRemovesItsFile() throws {
        let path = folder.file("socket")
        let (socket, file) = try left(at: path)
        rename(path + "-aside", path)
        do {
            let resumed = try ListeningSocket(
                resuming: socket, address: .unix(path: path), isActivated: false, file: file)
            #expect(resumed.isFound && resumed.file == file)
            #expect(connects(to: path))
            #expect(fcntl(resumed.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(folder.names == [])
    }

    @Test func aResumedSocketDoesNotRemoveAReplacedFile() throws {
        let path = folder.file("socket")
        let (socket, file) = try left(at: path)
        unlink(path + "-aside")
        let other = try ListeningSocket.open(.unix(path: path), backlog: 16)
        do {
            let resumed = try ListeningSocket(
                resuming: socket, address: .unix(path: path), isActivated: false, file: file)
            #expect(!resumed.isFound)
            #expect(resumed.problem == .fileMissing)
        }
        #expect(other.isFound)
        #expect(connects(to: path))
    }

    /// Of what has a name there; nil for nothing.
    private func mode(of path: String) -> mode_t? {
        var information = stat()
        return lstat(path, &information) == 0 ? information.st_mode & 0o7777 : nil
    }

    /// In a process of its own, because the umask is the process's.
    @Test(arguments: [0o666, 0o660, 0o600, 0o777, 0], [mode_t(0), 0o022, 0o077, 0o777])
    func itsRightsAreThoseOfTheSettingWhateverTheUmask(mode: Int, mask: mode_t) async {
        await #expect(processExitsWith: .success) {
            [path = folder.file("socket") as String, mode = mode as Int, mask = mask as mode_t] in
            umask(mask)
            var listener = try ListeningSocket.open(.unix(path: path), backlog: 16, mode: mode)
            var information = stat()
            #expect(lstat(path, &information) == 0 && information.st_mode & 0o7777 == mode_t(mode))
            #expect(umask(mask) == mask, "the umask is as before")
            // And so are those of the one that takes its place.
            unlink(path)
            listener = try #require(try listener.repair(.fileMissing, backlog: 16, mode: mode))
            #expect(lstat(path, &information) == 0 && information.st_mode & 0o7777 == mode_t(mode))
            #expect(listener.isFound)
        }
    }

    @Test func aModeIsChangedOnlyOnItsOwnFile() throws {
        let path = folder.file("socket")
        let listener = try ListeningSocket.open(.unix(path: path), backlog: 16)
        #expect(mode(of: path) == 0o666)
        try listener.setMode(0o600)
        #expect(mode(of: path) == 0o600)
        unlink(path)
        folder.write("notes", to: "socket", mode: 0o640)
        try listener.setMode(0o666)
        #expect(mode(of: path) == 0o640)
    }

    /// Somebody who looks all the time never sees more rights than asked, under any name.
    @Test func theFileNeverHasAWiderMode() throws {
        let isOver = Atomic(false)
        let most = Atomic(0)
        let roles = Atomic(0)
        let path = folder.path
        onThreads(2) {
            if roles.add(1, ordering: .relaxed).oldValue == 0 {
                for _ in 0..<300 {
                    _ = try? ListeningSocket.open(.unix(path: "\(path)/socket"), backlog: 4, mode: 0o600)
                }
                isOver.store(true, ordering: .relaxed)
                return
            }
            while !isOver.load(ordering: .relaxed) {
                for name in names(in: path) {
                    var information = stat()
                    guard lstat("\(path)/\(name)", &information) == 0 else { continue }
                    most.bitwiseOr(Int(information.st_mode & 0o777), ordering: .relaxed)
                }
            }
        }
        #expect(most.load(ordering: .relaxed) & 0o177 == 0)
    }

    @Test func theLongestPathLeavesRoomForTheTemporaryName() throws {
        let path = folder.file(String(repeating: "x", count: 107 - folder.file("").utf8.count))
        let listener = try ListeningSocket.open(.unix(path: path), backlog: 16)
        #expect(connects(to: path))
        #expect(listener.descriptor > 0)
    }
}
