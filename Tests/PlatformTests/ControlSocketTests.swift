import Linux
import CLinux
import Contract
import Glibc
import Platform
import Testing

@Suite struct ControlSocketTests {
    private let folder = Folder()

    @Test func onlyThisUserMayConnectAndItNeverBlocks() throws {
        let path = folder.file("control")
        let listener = try ControlSocket.open(path)
        var file = stat()
        #expect(lstat(path, &file) == 0)
        #expect(file.st_mode & 0o777 == 0o600)
        #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK != 0)
        if let connection = listener.accept() { Issue.record("accepted \(connection.number)") }
        #expect(folder.names == ["control"])
    }

    @Test func thePeerOfAConnectionIsKnown() throws {
        let path = folder.file("control")
        let listener = try ControlSocket.open(path)
        let client = connected(to: path)
        defer { close(client) }
        #expect(!Poll.wait(for: [.init(listener.descriptor)], atMost: .seconds(10)).isEmpty)
        guard let accepted = listener.accept() else { Issue.record("nobody there"); return }
        let connection = accepted.number
        #expect(PeerCredentials.of(connection) == PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid()))
        #expect(fcntl(connection, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(connection, F_GETFD) & FD_CLOEXEC != 0)
        #expect(PeerCredentials.of(STDIN_FILENO) == nil)
    }

    @Test func aConnectionWithoutAFreeDescriptorIsClosed() async {
        let path = folder.file("control")
        await #expect(processExitsWith: .success) { [path = path as String] in
            let listener = try ControlSocket.open(path)
            if let connection = listener.accept() { Issue.record("accepted \(connection.number)") }
            let clients = (0..<8).map { _ in connected(to: path) }
            // No number is left below the limit, but for what a thread of the tests' gives back just now.
            var limit = rlimit()
            #expect(getrlimit(__rlimit_resource_t(__RLIMIT_OFILE.rawValue), &limit) == 0)
            limit.rlim_cur = rlim_t(clients[7] + 1)
            #expect(setrlimit(__rlimit_resource_t(__RLIMIT_OFILE.rawValue), &limit) == 0)
            while dup(clients[0]) >= 0 {}
            for _ in clients { _ = listener.accept()?.release() }
            #expect(StreamSocket.read(clients[7], upTo: 1) == .end)
            #expect(Poll.wait(for: [.init(listener.descriptor)], atMost: .zero) == [])
            // And the next, when there is room again, is heard.
            for client in clients { close(client) }
            let later = connected(to: path)
            #expect(later >= 0)
            guard let connection = listener.accept() else { Issue.record("nobody there"); return }
            #expect(PeerCredentials.of(connection.number)?.pid == getpid())
        }
    }

    @Test func aPathTooLongForClientsIsRejected() {
        let error = #expect(throws: ListenError.self) {
            try ControlSocket.open(folder.file(String(repeating: "x", count: 108)))
        }
        #expect(error?.description.contains("--control") == true)
        #expect(folder.names == [])
    }

    @Test func aSecondMasterIsToldWhichFlagToChange() throws {
        let first = try ControlSocket.open(folder.file("control"))
        let error = #expect(throws: ListenError.self) { try ControlSocket.open(folder.file("control")) }
        #expect(error?.description.contains("another server listens there") == true)
        #expect(error?.description.contains("--control") == true)
        #expect(first.descriptor >= 0)
    }

    @Test func aStreamReportsDataAndItsEnd() throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        #expect(socketpair(AF_UNIX, type, 0, &ends) == 0)
        defer { close(ends[0]) }
        #expect(StreamSocket.read(ends[0], upTo: 16) == .wouldBlock)
        #expect(StreamSocket.write(ends[1], "status\n".utf8) == .count(7))
        #expect(StreamSocket.read(ends[0], upTo: 4) == .bytes(Array("stat".utf8)))
        #expect(StreamSocket.read(ends[0], upTo: 16) == .bytes(Array("us\n".utf8)))
        let much = [UInt8](repeating: 1, count: 1 << 20)
        guard case .count(let count) = StreamSocket.write(ends[1], much) else { Issue.record("nothing went"); return }
        #expect(count < much.count)
        #expect(StreamSocket.write(ends[1], much) == .wouldBlock)
        close(ends[1])
        // What came before the end is read before it, and nobody is killed by writing.
        #expect(StreamSocket.read(ends[0], upTo: 1) == .bytes([1]))
        #expect(StreamSocket.write(ends[0], much) == .end)
        while case .bytes = StreamSocket.read(ends[0], upTo: 1 << 16) {}
        #expect(StreamSocket.read(ends[0], upTo: 1) == .end)
    }
}

func connected(to path: String) -> Int32 {
    let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    #expect(withAddress(path) { connect(client, $0, $1) } == 0)
    return client
}
