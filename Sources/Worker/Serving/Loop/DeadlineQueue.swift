/// Deadlines in order of time: a binary heap.
struct DeadlineQueue<Element> {
    private var entries: [(time: UInt64, element: Element)] = []

    /// The earliest.
    var first: UInt64? { entries.first?.time }

    mutating func insert(_ element: Element, at time: UInt64) {
        entries.append((time, element))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// The earliest, if its time has come.
    mutating func takeFirst(notAfter now: UInt64) -> Element? {
        guard let first = entries.first, first.time <= now else { return nil }
        let last = entries.removeLast()
        if entries.isEmpty { return first.element }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].time < entries[least].time {
                least = child
            }
            guard least != parent else { return first.element }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
