import Linux
import CLinux
import Contract
import Glibc
import Platform
import Testing

/// A process that shares a listening socket can break it for all. The master notices and repairs it.
@Suite struct ListeningSocketRepairTests {
    private let folder = Folder()

    private func port(of listener: ListeningSocket) -> UInt16? {
        if case .tcp(_, let port) = listener.address { port } else { nil }
    }

    private func isServed(_ port: UInt16) -> Bool {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    @Test func aNewSocketHasNoProblem() throws {
        #expect(try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 4).problem == nil)
        #expect(try ListeningSocket.open(.unix(path: folder.file("socket")), backlog: 4).problem == nil)
    }

    @Test(arguments: [O_NONBLOCK, O_ASYNC, O_NONBLOCK | O_ASYNC])
    func flagsAreTakenAway(flags: Int32) throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 4)
        let before = fcntl(listener.descriptor, F_GETFL)
        #expect(fcntl(listener.descriptor, F_SETFL, before | flags) == 0)
        #expect(listener.problem == .flags(flags))
        #expect(try listener.repair(.flags(flags), backlog: 4) == nil)
        #expect(listener.problem == nil)
        #expect(fcntl(listener.descriptor, F_GETFL) == before)
    }

    @Test func aShutDownTCPSocketListensAgainForEveryProcess() throws {
        // At a port that was named, as a server's usually is: the socket keeps it.
        let free = try #require(port(of: ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 4)))
        let listener = try ListeningSocket.open(.tcp(host: "127.0.0.1", port: free), backlog: 4)
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        #expect(!isServed(free))
        #expect(listener.problem == .shutDown)
        #expect(try listener.repair(.shutDown, backlog: 4) == nil)
        #expect(listener.problem == nil)
        #expect(isServed(free))
    }

    @Test func aSocketWithAPortFromTheKernelKeepsThePortAfterARepair() throws {
        var listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 4)
        let chosen = try #require(port(of: listener))
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        #expect(listener.problem == .shutDown)
        if let other = try listener.repair(.shutDown, backlog: 4) { listener = other }
        #expect(listener.problem == nil)
        #expect(port(of: listener) == chosen)
        #expect(isServed(chosen))
    }

    @Test(arguments: [SHUT_RDWR, SHUT_RD])
    func anotherTakesThePlaceOfAUnixSocketThatWasShutDown(how: Int) throws {
        let path = folder.file("socket")
        var listener = try ListeningSocket.open(.unix(path: path), backlog: 4)
        shutdown(listener.descriptor, Int32(how))
        #expect(!connects(to: path))
        #expect(listener.problem == .shutDown)
        listener = try #require(try listener.repair(.shutDown, backlog: 4))
        #expect(listener.problem == nil)
        #expect(connects(to: path), "the old one has not taken the name with it")
    }

    @Test func aUnixSocketWithoutItsFileIsReplaced() throws {
        let path = folder.file("socket")
        var listener = try ListeningSocket.open(.unix(path: path), backlog: 4)
        unlink(path)
        #expect(listener.problem == .fileMissing)
        listener = try #require(try listener.repair(.fileMissing, backlog: 4))
        #expect(listener.problem == nil)
        #expect(connects(to: path))
    }

    @Test func theFileOfAnotherServerIsNotTouched() throws {
        let path = folder.file("socket")
        let listener = try ListeningSocket.open(.unix(path: path), backlog: 4)
        unlink(path)
        let other = try ListeningSocket.open(.unix(path: path), backlog: 4)
        #expect(listener.problem == .fileMissing)
        #expect(throws: ListenError.self) { try listener.repair(.fileMissing, backlog: 4) }
        #expect(other.problem == nil)
        unlink(path)
        folder.write("notes", to: "socket")
        #expect(throws: ListenError.self) { try listener.repair(.fileMissing, backlog: 4) }
        #expect(text(of: path) == "notes")
    }

    @Test func aShutDownUnixSocketOfTheServiceManagerIsNotReplaced() throws {
        let path = folder.file("socket")
        let own = try ListeningSocket.open(.unix(path: path), backlog: 4)
        let listener = try ListeningSocket(resuming: dup(own.descriptor), address: own.address, isActivated: true)
        shutdown(own.descriptor, Int32(SHUT_RDWR))
        #expect(listener.problem == .shutDown)
        let error = #expect(throws: ListenError.self) { try listener.repair(.shutDown, backlog: 4) }
        #expect(error?.description.contains("restart its socket unit") == true)
    }
}
