/// The pieces that bytes arrive in.
enum Pieces {
    /// - Parameter seed: zero leaves them whole, a small number is the size of each piece, and from a large one follow
    ///   sizes that differ.
    static func cut(_ bytes: [UInt8], by seed: UInt8) -> [ArraySlice<UInt8>] {
        if seed == 0 { return [bytes[...]] }
        var pieces: [ArraySlice<UInt8>] = []
        var state = UInt32(seed)
        var start = 0
        while start < bytes.count {
            state = state &* 1_664_525 &+ 1_013_904_223
            let size = seed < 128 ? Int(seed) : Int(state >> 24) % 60 + 1
            let end = min(start + size, bytes.count)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
