extension Span<UInt8> {
    /// FNV-1a. It is fast, but inputs that collide are easy to make: a caller must stay fast if all hashes are equal.
    var fnv1aHash: UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in indices { hash = (hash ^ UInt32(self[index])) &* 0x0100_0193 }
        return hash
    }
}

extension String {
    /// Whether both have the same code points. (`==` also takes canonically equivalent strings for equal.)
    func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
