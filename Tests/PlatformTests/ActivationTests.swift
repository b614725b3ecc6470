import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

/// One after another: each puts its sockets at the same numbers.
@Suite(.serialized) struct ActivationTests {
    private let folder = Folder()
    /// Where the handed over sockets of a test begin: 3 is somebody else's here.
    private static let first: Int32 = 300

    /// Puts copies of descriptors where a service manager would put them.
    private func handOver(_ descriptors: [Int32], names: [String]? = nil) -> [String: String] {
        for (index, descriptor) in descriptors.enumerated() { dup2(descriptor, Self.first + Int32(index)) }
        var environment = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "\(descriptors.count)"]
        environment["LISTEN_FDNAMES"] = names?.joined(separator: ":")
        return environment
    }

    @Test func activatedAndStoredSocketsAreDistinguished() throws {
        let own = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let tcp = try ListeningSocket.open(BindAddress("[::1]:0"), backlog: 16)
        let path = folder.file("socket")
        let unix = try ListeningSocket.open(.unix(path: path), backlog: 16)
        // As a master left it that was killed while it stopped.
        tcp.setNonBlocking()
        let names = ["web", try #require(tcp.storeName), try #require(unix.storeName)]
        let environment = handOver([own.descriptor, tcp.descriptor, unix.descriptor], names: names)
        let activation = try Activation.take(environment, from: Self.first)
        #expect(activation.activated.map(\.address) == [own.address])
        #expect(activation.activated.allSatisfy { $0.isActivated })
        #expect(activation.stored.map(\.address) == [tcp.address, .unix(path: path)])
        #expect(activation.stored.allSatisfy { !$0.isActivated && $0.isFound })
        #expect(activation.warnings == [] && activation.staleNames == [])
        for listener in activation.activated + activation.stored {
            #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK == 0)
            #expect(fcntl(listener.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    /// The first is what systemd gives a socket unit of that name without FileDescriptorName=.
    @Test(arguments: [
        "brigade-api.socket", "brigade-127.0.0.1=3a8001", "brigade", "brigade=", "brigade=tcp 127.0.0.1=3a8001",
        "http", "", "unknown", "stored", "-brigade-", "tcp 127.0.0.1=3a8001",
    ])
    func noNameThatAPersonWouldGiveIsTakenForAStoredOne(name: String) throws {
        let own = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let activation = try Activation.take(handOver([own.descriptor], names: [name]), from: Self.first)
        #expect(activation.activated.map(\.address) == [own.address])
        #expect(activation.stored.isEmpty && activation.warnings == [] && activation.staleNames == [])
        #expect(fcntl(activation.activated[0].descriptor, F_GETFD) != -1)
    }

    @Test func theServerThatTakesAStoredSocketRemovesItsFile() throws {
        let path = folder.file("socket")
        let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(withAddress(path) { bind(unix, $0, $1) } == 0)
        #expect(listen(unix, 16) == 0)
        var information = stat()
        #expect(stat(path, &information) == 0)
        let name = StoreName(address: .unix(path: path), file: FileIdentity(of: information))
        let environment = handOver([unix], names: [try #require(name.text)])
        close(unix)
        do {
            let activation = try Activation.take(environment, from: Self.first)
            #expect(activation.stored.count == 1 && activation.stored.allSatisfy { $0.isFound })
            close(connected(to: path))
        }
        #expect(folder.names == [])
    }

    @Test func aStoredSocketDoesNotRemoveAReplacedFile() throws {
        let path = folder.file("socket")
        let killed = try ListeningSocket.open(.unix(path: path), backlog: 16)
        let environment = handOver([killed.descriptor], names: [try #require(killed.storeName)])
        unlink(path)
        let other = try ListeningSocket.open(.unix(path: path), backlog: 16)
        do {
            let activation = try Activation.take(environment, from: Self.first)
            #expect(activation.stored.map(\.isFound) == [false])
        }
        #expect(other.isFound && connects(to: path))
    }

    @Test func unusableStoredSocketsAreReportedAndClosed() throws {
        let tcp = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let name = try #require(tcp.storeName)
        let environment = handOver([tcp.descriptor, tcp.descriptor], names: [name, "=brigade=nonsense"])
        let deaf = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        dup2(deaf, Self.first)
        close(deaf)
        let activation = try Activation.take(environment, from: Self.first)
        #expect(activation.activated.isEmpty && activation.stored.isEmpty)
        #expect(fcntl(Self.first, F_GETFD) == -1 && fcntl(Self.first + 1, F_GETFD) == -1)
        #expect(activation.staleNames == [name, "=brigade=nonsense"])
        #expect(activation.warnings.count == 2)
        #expect(activation.warnings[0].contains("'\(name)'") && activation.warnings[0].contains("no longer listens"))
        #expect(activation.warnings[1].contains("'=brigade=nonsense'"))
    }

    @Test func anActivatedDescriptorThatDoesNotListenIsRejected() throws {
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(datagrams) }
        let environment = handOver([datagrams], names: ["brigade-api.socket"])
        defer { close(Self.first) }
        let error = #expect(throws: ListenError.self) { try Activation.take(environment, from: Self.first) }
        #expect(error?.description.contains("ListenStream=") == true)
        #expect(error?.description.contains("named 'brigade-api.socket'") == true)
    }

    @Test(arguments: [[:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "1"], ["LISTEN_PID": "self"]])
    func whatIsMeantForSomebodyElseIsLeftAlone(environment: [String: String]) throws {
        var environment = environment
        if environment["LISTEN_PID"] == "self" { environment["LISTEN_PID"] = "\(getpid())" }
        let activation = try Activation.take(environment, from: Self.first)
        #expect(activation.activated.isEmpty && activation.stored.isEmpty)
        #expect(activation.warnings.count == (environment["LISTEN_FDS"] == nil ? 0 : 1), "it is said, and not silent")
    }

    @Test(arguments: [
        "127.0.0.1:8001", "[::1]:80", "localhost:8001", "unix:/run/brigade/http.sock", "unix:rel ative=x:y",
        "unix:/\u{1}\u{7f}ü", "unix:/" + String(repeating: "ü", count: 53),
    ])
    func aStoreNameIsWhatTheManagerTakesAndLeadsBack(text: String) throws {
        let address = try BindAddress(text)
        let file = text.hasPrefix("unix:") ? FileIdentity(device: 0xffff_ffff, inode: .max) : nil
        let name = StoreName(address: address, file: file)
        let written = try #require(name.text)
        #expect(StoreName.isOurs(written))
        #expect(written.utf8.count < 255)
        #expect(written.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") })
        #expect(StoreName(written) == name)
    }

    @Test func aSocketWithATooLongNameIsNotStored() {
        #expect(StoreName(address: .tcp(host: String(repeating: "x", count: 240), port: 1), file: nil).text == nil)
    }
}
