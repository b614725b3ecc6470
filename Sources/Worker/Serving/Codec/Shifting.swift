import Messages

// Places that count from a later zero.
extension Range<Int> {
    func shifted(by start: Int) -> Range<Int> {
        lowerBound - start..<upperBound - start
    }
}

extension RequestHead.FieldLine {
    func shifted(by start: Int) -> RequestHead.FieldLine {
        RequestHead.FieldLine(name: name.shifted(by: start), value: value.shifted(by: start))
    }
}
