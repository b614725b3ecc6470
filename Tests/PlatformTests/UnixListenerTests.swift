import CLinux
import Contract
import Glibc
import Platform
import Synchronization
import Testing

@Suite struct UnixListenerTests {
    private let folder = Folder()

    @Test func aUnixSocketStandsUnderItsNameAloneAndGoesWithItsServer() throws {
        let path = folder.file("socket")
        do {
            let listener = try Listener.open(.unix(path: path), backlog: 16)
            #expect(folder.names == ["socket"])
            #expect(connects(to: path))
            #expect(listener.address == .unix(path: path))
        }
        #expect(folder.names == [])
    }

    @Test func whatAKilledServerLeftBehindIsReplaced() throws {
        let path = folder.file("socket")
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(withAddress(path) { bind(left, $0, $1) } == 0)
        close(left)
        #expect(!connects(to: path))
        let listener = try Listener.open(.unix(path: path), backlog: 16)
        #expect(connects(to: path))
        #expect(listener.descriptor > 0)
    }

    @Test func aServerThatLivesIsNotReplaced() throws {
        let address = BindAddress.unix(path: folder.file("socket"))
        let first = try Listener.open(address, backlog: 16)
        let error = #expect(throws: ListenError.self) { try Listener.open(address, backlog: 16) }
        #expect(error?.description.contains("another server listens there") == true)
        #expect(folder.names == ["socket"])
        #expect(first.descriptor > 0)
    }

    @Test func aNameThatIsSomebodyElsesByNowStays() throws {
        let path = folder.file("socket")
        do {
            let listener = try Listener.open(.unix(path: path), backlog: 16)
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
                let listener = try? Listener.open(.unix(path: path), backlog: 16)
                if listener != nil { winners.add(1, ordering: .relaxed) }
                turnstile.pass(6)
            }
            #expect(winners.load(ordering: .relaxed) == 1)
        }
    }

    @Test func oneThatWasOpenedBeforeAnExecGoesOnAndItsNameGoesWithIt() throws {
        let path = folder.file("socket")
        var kept: Int32 = -1
        do {
            let first = try Listener.open(.unix(path: path), backlog: 16)
            kept = dup(first.descriptor)
            // As after an exec, in which no deinit runs: the name is there.
            rename(path, folder.file("aside"))
        }
        rename(folder.file("aside"), path)
        do {
            let resumed = try Listener(resuming: kept, address: .unix(path: path), isActivated: false)
            #expect(connects(to: path))
            #expect(fcntl(resumed.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(folder.names == [])
    }

    @Test func theLongestNameLeavesRoomForTheTemporaryOne() throws {
        let path = folder.file(String(repeating: "x", count: 107 - folder.file("").utf8.count))
        let listener = try Listener.open(.unix(path: path), backlog: 16)
        #expect(connects(to: path))
        #expect(listener.descriptor > 0)
    }
}
