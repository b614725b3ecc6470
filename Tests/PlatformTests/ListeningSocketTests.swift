import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing
import SystemPackage

@Suite struct ListeningSocketTests {
    private let folder = Folder()

    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "localhost:0"])
    func aPortThatTheKernelChoseIsKnownAndASecondServerThereIsRefused(text: String) throws {
        let first = try ListeningSocket.open(BindAddress(text), backlog: 16)
        guard case .tcp(_, let port) = first.address else { Issue.record("no port"); return }
        #expect(port > 0)
        let error = #expect(throws: ListenError.self) { try ListeningSocket.open(first.address, backlog: 16) }
        #expect(error?.description.hasPrefix("cannot listen on \(first.address): another server listens there") == true)
    }

    @Test func aListeningSocketBlocksByDefault() throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(listener.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        listener.setNonBlocking()
        #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK != 0)
    }

    @Test func aSocketThatDoesNotListenIsNotResumed() {
        let plain = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(plain) }
        #expect(throws: SystemError("listen", errno: .invalidArgument)) {
            try ListeningSocket(resuming: plain, address: .unix(path: folder.file("socket")), isActivated: false)
        }
        #expect(fcntl(plain, F_GETFD) != -1)
    }
}

func connects(to path: String) -> Bool {
    let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    return withAddress(path) { connect(client, $0, $1) } == 0
}

/// The address of a unix socket.
func withAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}
