import Testing

@testable import Contract
@testable import Linux

@Suite struct LineQueueTests {
    /// An output with room for some bytes.
    private final class Output {
        var room = 0
        var text = ""
        var writes = 0

        func write(_ bytes: ArraySlice<UInt8>) -> Int {
            let taken = bytes.prefix(room)
            room -= taken.count
            text += String(decoding: taken, as: UTF8.self)
            writes += 1
            return taken.isEmpty ? -1 : taken.count
        }
    }

    private let output = Output()

    private func append(_ line: String, to lines: inout LineQueue, room: Int) {
        output.room = room
        lines.append(Array("\(line)\n".utf8), notice: notice, to: output.write)
    }

    private func flush(_ lines: inout LineQueue, room: Int) {
        output.room = room
        lines.flush(notice: notice, to: output.write)
    }

    private func notice(_ lost: Int) -> [UInt8] { Array("\(lost) lost\n".utf8) }

    /// Half of what may wait.
    private let half = String(repeating: "x", count: LineQueue.capacity / 2 - 1)

    @Test func aLineIsWrittenAtOnceIfThereIsRoom() {
        var lines = LineQueue()
        append("one", to: &lines, room: 100)
        append("two", to: &lines, room: 100)
        #expect(output.text == "one\ntwo\n" && output.writes == 2, "one write for each")
        #expect(!lines.isWaiting && lines.lost == 0)
    }

    @Test func linesWaitForRoom() {
        var lines = LineQueue()
        append("one", to: &lines, room: 0)
        append("two", to: &lines, room: 0)
        #expect(output.text == "" && lines.isWaiting)
        flush(&lines, room: 4)
        #expect(output.text == "one\n" && lines.isWaiting)
        append("three", to: &lines, room: 100)
        #expect(output.text == "one\ntwo\nthree\n" && !lines.isWaiting && lines.lost == 0)
    }

    @Test func linesThatAreLostAreCountedAndReportedAsSoonAsThereIsRoom() {
        var lines = LineQueue()
        append(half, to: &lines, room: 0)
        append(half, to: &lines, room: 0)
        append("three", to: &lines, room: 0)
        append("four", to: &lines, room: 0)
        #expect(lines.lost == 2)
        flush(&lines, room: half.utf8.count + 1)
        #expect(output.text == "\(half)\n" && lines.isWaiting)
        flush(&lines, room: 1_000_000)
        #expect(output.text == "\(half)\n\(half)\n2 lost\n" && !lines.isWaiting, "without another line")
        append("five", to: &lines, room: 100)
        #expect(output.text.hasSuffix("2 lost\nfive\n"), "said once")
        #expect(lines.lost == 2)
    }

    @Test func aPartlyWrittenLineIsCompletedBeforeTheNext() {
        var lines = LineQueue()
        append("one", to: &lines, room: 2)
        append("two", to: &lines, room: 1)
        append("three", to: &lines, room: 100)
        #expect(output.text == "one\ntwo\nthree\n")
    }

    @Test func aPartlyWrittenLineIsNotContinuedInAnotherFile() {
        var lines = LineQueue()
        append("one", to: &lines, room: 2)
        append("two", to: &lines, room: 0)
        output.text = ""
        lines.outputChanged()
        append("three", to: &lines, room: 100)
        #expect(output.text == "two\n1 lost\nthree\n" && lines.lost == 1)
    }

    /// Whatever room there is when, what comes out is whole lines in their order, and none goes uncounted.
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func nothingIsCutAndNothingGoesUncounted(seed: UInt64) {
        var random = seed
        func next(_ bound: UInt64) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % bound)
        }
        var lines = LineQueue()
        let filling = String(repeating: "x", count: 2000)
        for number in 0..<300 {
            let text = "line \(number) \(filling.prefix(next(2000)))"
            append(text, to: &lines, room: next(8) == 0 ? 2000 : next(200))
            if next(10) == 0 { flush(&lines, room: next(1000)) }
        }
        flush(&lines, room: 1_000_000)
        append("last", to: &lines, room: 1000)
        #expect(!lines.isWaiting)
        let written = output.text.split(separator: "\n")
        let reported = written.reduce(0) { $1.hasSuffix(" lost") ? $0 + Int($1.dropLast(5))! : $0 }
        let numbers = written.compactMap { $0.hasPrefix("line ") ? Int($0.split(separator: " ")[1]) : nil }
        #expect(numbers == numbers.sorted())
        #expect(lines.lost > 0 && reported == Int(lines.lost) && numbers.count + reported == 300)
        #expect(written.last == "last")
    }
}
