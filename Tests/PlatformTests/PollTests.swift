import Glibc
import Platform
import Testing

@Suite struct PollTests {
    @Test func itNamesThoseThatHaveSomething() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(Poll.wait(for: [ends[0]], atMost: .zero) == [])
        _ = write(ends[1], "x", 1)
        #expect(Poll.wait(for: [-1, ends[0]], atMost: nil) == [1])
        var byte: UInt8 = 0
        _ = read(ends[0], &byte, 1)
        close(ends[1])
        #expect(Poll.wait(for: [ends[0]], atMost: nil) == [0])
    }

    @Test func aWaitNeverEndsBeforeItsDeadline() {
        #expect(Poll.milliseconds(.nanoseconds(1)) == 1)
        #expect(Poll.milliseconds(.milliseconds(1500)) == 1500)
        #expect(Poll.milliseconds(.seconds(1) + .nanoseconds(1)) == 1001)
        #expect(Poll.milliseconds(.zero - .seconds(1)) == 0)
        #expect(Poll.milliseconds(.seconds(1_000_000_000)) == 86_400_000)
    }
}
