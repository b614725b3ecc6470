import CLinux
import Contract
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

    @Test func theManagersOwnAndTheStoredOnesAreToldApart() throws {
        let own = try Listener.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let tcp = try Listener.open(BindAddress("[::1]:0"), backlog: 16)
        let path = folder.file("socket")
        let unix = try Listener.open(.unix(path: path), backlog: 16)
        // As a master left it that was killed while it stopped.
        tcp.stopBlocking()
        let environment = handOver(
            [own.descriptor, tcp.descriptor, unix.descriptor], names: ["web", tcp.storeName, unix.storeName])
        let (activated, stored) = try Activation.take(environment, from: Self.first)
        #expect(activated.map(\.address) == [own.address])
        #expect(activated.allSatisfy { $0.isActivated })
        #expect(stored.map(\.address) == [tcp.address, .unix(path: path)])
        #expect(stored.allSatisfy { !$0.isActivated })
        for listener in activated + stored {
            #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK == 0)
            #expect(fcntl(listener.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func aStoredNameGoesWithTheServerThatTookItBack() throws {
        let path = folder.file("socket")
        let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(withAddress(path) { bind(unix, $0, $1) } == 0)
        #expect(listen(unix, 16) == 0)
        let environment = handOver([unix], names: [Listener.storeName(of: .unix(path: path))])
        close(unix)
        do {
            let (_, stored) = try Activation.take(environment, from: Self.first)
            #expect(stored.count == 1)
            close(connected(to: path))
        }
        #expect(folder.names == [])
    }

    @Test func aStoredOneThatListensNoMoreIsDropped() throws {
        let tcp = try Listener.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let environment = handOver(
            [tcp.descriptor, tcp.descriptor], names: [tcp.storeName, "brigade-nonsense"])
        let deaf = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        dup2(deaf, Self.first)
        close(deaf)
        let (activated, stored) = try Activation.take(environment, from: Self.first)
        #expect(activated.isEmpty && stored.isEmpty)
        // And closed.
        #expect(fcntl(Self.first, F_GETFD) == -1 && fcntl(Self.first + 1, F_GETFD) == -1)
    }

    @Test func whatTheManagerOpenedAndIsNoListenerIsRefused() throws {
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(datagrams) }
        let environment = handOver([datagrams])
        defer { close(Self.first) }
        let error = #expect(throws: ListenError.self) { try Activation.take(environment, from: Self.first) }
        #expect(error?.description.contains("ListenStream=") == true)
    }

    @Test(arguments: [[:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "1"], ["LISTEN_PID": "self"]])
    func whatIsMeantForSomebodyElseIsLeftAlone(environment: [String: String]) throws {
        var environment = environment
        if environment["LISTEN_PID"] == "self" { environment["LISTEN_PID"] = "\(getpid())" }
        let (activated, stored) = try Activation.take(environment, from: Self.first)
        #expect(activated.isEmpty && stored.isEmpty)
    }

    @Test(arguments: [
        "127.0.0.1:8001", "[::1]:80", "localhost:8001", "unix:/run/brigade/http.sock", "unix:rel ative=x:y",
        "unix:/\u{1}\u{7f}ü", "unix:/" + String(repeating: "ü", count: 53),
    ])
    func aStoreNameIsWhatTheManagerTakesAndLeadsBack(text: String) throws {
        let address = try BindAddress(text)
        let name = Listener.storeName(of: address)
        #expect(name.hasPrefix("brigade-"))
        #expect(name.utf8.count < 255)
        #expect(name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") })
        #expect(Listener.address(inStoreName: name) == address)
    }
}
