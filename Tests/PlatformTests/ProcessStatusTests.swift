import Glibc
import Platform
import Testing

@Suite struct ProcessStatusTests {
    @Test(
        arguments: [
            ("71 (brigade) S 1 71 71 0", "S"), ("71 (a ) T b) T 1 71 71 0", "T"), ("71 (\n)) Z 1", "Z"), ("", nil),
            ("71", nil),
        ] as [(String, Character?)])
    func theLetterFollowsTheName(stat: String, letter: Character?) {
        #expect(ProcessStatus.state(inStat: stat) == letter)
    }

    @Test(
        arguments: [
            ("71 (a ) b) S 1 71 71 0 -1 4194560 1 2 3 4 150 50 7 8 20 0", .seconds(2)), ("71 (a) S 1 71", nil),
            ("", nil),
        ] as [(String, Duration?)])
    func theProcessorTimeIsThatOfUserAndKernel(stat: String, time: Duration?) {
        #expect(ProcessStatus.processorTime(inStat: stat, ticksPerSecond: 100) == time)
    }

    @Test func whatThisProcessUsesGrows() throws {
        let before = try #require(ProcessUsage(of: getpid(), memory: nil))
        #expect(try #require(ProcessStatus.memory(of: getpid())) > 1 << 20)
        let files = (0..<10).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        defer { files.forEach { close($0) } }
        // Two ticks of the clock that the kernel counts by.
        var usage = before
        while usage.processorTime < before.processorTime + .milliseconds(20) {
            usage = try #require(ProcessUsage(of: getpid(), memory: nil))
        }
        #expect(try #require(usage.descriptors) >= #require(before.descriptors) + 10)
        #expect(ProcessUsage(of: 0, memory: nil) == nil)
    }

    @Test func thisProcessRuns() {
        #expect(ProcessStatus.state(of: getpid()).map { "RS".contains($0) } == true)
        #expect(ProcessStatus.state(of: 0) == nil)
    }
}
