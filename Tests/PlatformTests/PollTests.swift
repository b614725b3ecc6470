import CLinux
import Glibc
import Platform
import Testing

@Suite struct PollTests {
    @Test func waitReturnsTheReadyDescriptors() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(Poll.wait(for: [.init(ends[0])], atMost: .zero) == [])
        _ = write(ends[1], "x", 1)
        let readable = Poll.Readiness(index: 1, isReadable: true, isWritable: false)
        #expect(Poll.wait(for: [.init(-1), .init(ends[0])], atMost: nil) == [readable])
        var byte: UInt8 = 0
        _ = read(ends[0], &byte, 1)
        close(ends[1])
        #expect(Poll.wait(for: [.init(-1), .init(ends[0])], atMost: nil) == [readable])
    }

    @Test func writabilityIsReportedOnlyIfAskedFor() {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        #expect(Poll.wait(for: [.init(ends[0])], atMost: .zero) == [])
        #expect(
            Poll.wait(for: [.init(ends[0], writes: true)], atMost: .zero)
                == [.init(index: 0, isReadable: false, isWritable: true)])
        close(ends[1])
        // Whoever waits to write learns of the end as something to read.
        #expect(Poll.wait(for: [.init(ends[0], reads: false)], atMost: nil).map(\.isReadable) == [true])
    }

    @Test func aWaitNeverEndsBeforeItsDeadline() {
        #expect(Poll.milliseconds(.nanoseconds(1)) == 1)
        #expect(Poll.milliseconds(.milliseconds(1500)) == 1500)
        #expect(Poll.milliseconds(.seconds(1) + .nanoseconds(1)) == 1001)
        #expect(Poll.milliseconds(.zero - .seconds(1)) == 0)
        #expect(Poll.milliseconds(.seconds(1_000_000_000)) == 86_400_000)
    }
}
