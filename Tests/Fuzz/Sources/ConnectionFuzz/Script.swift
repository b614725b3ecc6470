/// The bytes of an input, read as decisions.
struct Script {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = Array(bytes)[...]
    }

    var isAtEnd: Bool { bytes.isEmpty }

    /// Zero, when nothing is left.
    mutating func number(below limit: Int) -> Int {
        Int(bytes.popFirst() ?? 0) % limit
    }

    /// From one to a million, small ones as often as large ones.
    mutating func size() -> Int {
        1 << number(below: 21) | number(below: 256)
    }
}
