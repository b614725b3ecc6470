import Contract
import Glibc
import Linux
import Platform
import Testing

@Suite struct AcceptQueueTests {
    private let folder = Folder()

    /// Where the kernel has no sock_diag for unix sockets, it does not say.
    @Test func theQueueOfAUnixSocketIsSeen() throws {
        let listener = try ListeningSocket.open(.unix(path: folder.file("socket")), backlog: 16)
        guard AcceptQueue(of: listener.descriptor) != nil else { try Test.cancel("no sock_diag of unix sockets") }
        let clients = (0..<3).map { _ in socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        defer { clients.forEach { close($0) } }
        for client in clients { #expect(UnixSocketAddress.connect(client, to: folder.file("socket")) == 0) }
        let queue = try #require(AcceptQueue(of: listener.descriptor))
        #expect(queue.length == 3 && queue.limit == 16)
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"]) func theQueueOfATCPSocketIsSeen(text: String) throws {
        let listener = try ListeningSocket.open(BindAddress(text), backlog: 16)
        #expect(AcceptQueue(of: listener.descriptor).map { $0.length == 0 && $0.limit == 16 } == true)
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let clients = (0..<3).map { _ in
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    getsockname(listener.descriptor, name, &length)
                    let client = socket(Int32(name.pointee.sa_family), Int32(SOCK_STREAM.rawValue), 0)
                    #expect(connect(client, name, length) == 0)
                    return client
                }
            }
        }
        defer { clients.forEach { close($0) } }
        #expect(AcceptQueue(of: listener.descriptor)?.length == 3)
    }

    @Test func whatIsNoSocketHasNoQueue() {
        #expect(AcceptQueue(of: STDIN_FILENO) == nil)
    }
}
