import Testing

@testable import Serving

@Suite struct DeadlineQueueTests {
    @Test func deadlinesComeInOrderOfTime() {
        var queue = DeadlineQueue<UInt64>()
        var generator = SystemRandomNumberGenerator()
        let times = (0..<500).map { _ in UInt64.random(in: 0..<100, using: &generator) }
        for time in times { queue.insert(time, at: time) }
        var taken: [UInt64] = []
        while let time = queue.takeFirst(notAfter: 49) { taken.append(time) }
        #expect(taken == times.filter { $0 <= 49 }.sorted())
        #expect(queue.first.map { $0 > 49 } ?? true)
        while let time = queue.takeFirst(notAfter: .max) { taken.append(time) }
        #expect(taken == times.sorted())
    }
}
