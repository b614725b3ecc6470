/// Who has work left, in the order of asking.
struct TurnQueue<Element> {
    private var elements: [Element] = []
    private var next = 0

    var count: Int { elements.count - next }

    /// Forgets the others.
    mutating func filter(_ isKept: (Element) -> Bool) {
        elements = elements[next...].filter(isKept)
        next = 0
    }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard next < elements.count else { return nil }
        let element = elements[next]
        next += 1
        // Half of the array is spent: moving the rest costs no more than what was appended.
        if next * 2 >= elements.count {
            elements.removeFirst(next)
            next = 0
        }
        return element
    }
}
