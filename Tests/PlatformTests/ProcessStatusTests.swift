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

    @Test func thisProcessRuns() {
        #expect(ProcessStatus.state(of: getpid()).map { "RS".contains($0) } == true)
        #expect(ProcessStatus.state(of: 0) == nil)
    }
}
