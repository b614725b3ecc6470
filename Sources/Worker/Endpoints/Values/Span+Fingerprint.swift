extension Span<UInt8> {
    /// FNV-1a. It tells most differing bytes apart; who could make bytes that have the same one must not gain by it.
    var fingerprint: UInt32 {
        var sum: UInt32 = 0x811C_9DC5
        for index in indices { sum = (sum ^ UInt32(self[index])) &* 0x0100_0193 }
        return sum
    }
}
