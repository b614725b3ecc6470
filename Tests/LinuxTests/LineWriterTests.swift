import Testing

@testable import Contract
@testable import Linux

@Suite struct LineWriterTests {
    /// An output with room for some bytes.
    private final class Output {
        var room = 0
        var text = ""

        func write(_ bytes: ArraySlice<UInt8>) -> Int {
            let taken = bytes.prefix(room)
            room -= taken.count
            text += String(decoding: taken, as: UTF8.self)
            return taken.isEmpty ? -1 : taken.count
        }
    }

    private let output = Output()

    private func append(_ line: String, to lines: inout LineWriter, room: Int) {
        output.room = room
        lines.append(Array("\(line)\n".utf8), notice: { Array("\($0) lost\n".utf8) }, to: output.write)
    }

    @Test func aLineIsWrittenAtOnceIfThereIsRoom() {
        var lines = LineWriter()
        append("one", to: &lines, room: 100)
        append("two", to: &lines, room: 100)
        #expect(output.text == "one\ntwo\n")
        #expect(lines.lost == 0)
    }

    @Test func lostLinesAreCountedAndReportedBeforeTheNextLine() {
        var lines = LineWriter()
        append("one", to: &lines, room: 0)
        append("two", to: &lines, room: 0)
        #expect(lines.lost == 2)
        append("three", to: &lines, room: 100)
        #expect(output.text == "2 lost\nthree\n")
        append("four", to: &lines, room: 100)
        #expect(output.text == "2 lost\nthree\nfour\n", "said once")
    }

    @Test func aPartlyWrittenLineIsCompletedBeforeTheNext() {
        var lines = LineWriter()
        append("one", to: &lines, room: 2)
        append("two", to: &lines, room: 1)
        append("three", to: &lines, room: 100)
        #expect(output.text == "one\n1 lost\nthree\n")
        #expect(lines.lost == 0)
    }

    @Test func aPartlyWrittenNoticeIsNotRepeated() {
        var lines = LineWriter()
        append("one", to: &lines, room: 0)
        append("two", to: &lines, room: 3)
        append("three", to: &lines, room: 100)
        #expect(output.text == "1 lost\n1 lost\nthree\n", "of one, and of two")
    }

    @Test func aPartlyWrittenLineIsNotContinuedInAnotherFile() {
        var lines = LineWriter()
        append("one", to: &lines, room: 2)
        output.text = ""
        lines.outputChanged()
        append("two", to: &lines, room: 100)
        #expect(output.text == "1 lost\ntwo\n")
    }

    /// Whatever room there is when, what comes out is whole lines in their order, and none goes uncounted.
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func nothingIsCutAndNothingGoesUncounted(seed: UInt64) {
        var random = seed
        func next(_ bound: UInt64) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % bound)
        }
        var lines = LineWriter()
        for number in 0..<200 { append("line \(number)", to: &lines, room: next(3) == 0 ? 100 : next(20)) }
        append("last", to: &lines, room: 1000)
        append("very last", to: &lines, room: 1000)
        let written = output.text.split(separator: "\n")
        let lost = written.reduce(0) { $1.hasSuffix(" lost") ? $0 + Int($1.dropLast(5))! : $0 }
        let numbers = written.compactMap { $0.hasPrefix("line ") ? Int($0.dropFirst(5)) : nil }
        #expect(numbers == numbers.sorted())
        #expect(numbers.count + lost == 200 + (written.contains("last") ? 0 : 1))
        #expect(written.last == "very last")
    }
}
