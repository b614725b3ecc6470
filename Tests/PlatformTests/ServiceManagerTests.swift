import CLinux
import Contract
import Glibc
import Platform
import Testing

@Suite struct ServiceManagerTests {
    @Test func itHearsOfEachStep() throws {
        let folder = Folder()
        let path = folder.file("notify")
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        #expect(withAddress(path) { bind(socket, $0, $1) } == 0)
        let manager = try ServiceManager(name: path)
        manager.ready(status: "4 workers")
        #expect(next(socket) == ["READY=1", "MAINPID=\(getpid())", "STATUS=4 workers"])
        let before = MonotonicClock.nanoseconds / 1000
        manager.reloading()
        let reloading = next(socket)
        #expect(reloading.first == "RELOADING=1")
        let stamp = reloading[1].split(separator: "=")
        #expect(stamp[0] == "MONOTONIC_USEC")
        #expect((before...MonotonicClock.nanoseconds / 1000).contains(UInt64(stamp[1])!))
        manager.stopping()
        #expect(next(socket).first == "STOPPING=1")
    }

    @Test func nobodyWhoListensIsNoTrouble() throws {
        let folder = Folder()
        let absent = try ServiceManager(name: nil)
        absent.ready(status: "")
        let gone = try ServiceManager(name: folder.file("gone"))
        gone.stopping()
        #expect(throws: SystemError.self) { _ = try ServiceManager(name: "relative") }
    }

    private func next(_ socket: Int32) -> [Substring] {
        guard !Poll.wait(for: [socket], atMost: .seconds(10)).isEmpty else { return [] }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    }
}
