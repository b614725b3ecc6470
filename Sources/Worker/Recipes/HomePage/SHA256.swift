/// The hash of FIPS 180-4, for a few kilobytes at start. A library for it would be a second BoringSSL in the build.
enum SHA256 {
    static func digest(of message: [UInt8]) -> [UInt8] {
        var state = words(squareRoots: true)
        let constants = words(squareRoots: false)
        let padded = padded(message)
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(padded[start..<(start + 64)], into: &state, constants)
        }
        return state.flatMap(bytes)
    }

    private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32], _ constants: [UInt32]) {
        var schedule = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
            block[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (schedule[index - 15], schedule[index - 2])
            let first = early.rotated(7) ^ early.rotated(18) ^ early >> 3
            let second = late.rotated(17) ^ late.rotated(19) ^ late >> 10
            schedule.append(schedule[index - 16] &+ first &+ schedule[index - 7] &+ second)
        }
        var (a, b, c, d, e, f, g, h) = (
            state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
        )
        for (word, constant) in zip(schedule, constants) {
            let chosen = (e & f) ^ (~e & g)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let first = h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ chosen &+ constant &+ word
            let second = (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        state = zip(state, [a, b, c, d, e, f, g, h]).map { $0 &+ $1 }
    }

    /// With a one bit, zeros, and the length in bits at the end of a block.
    private static func padded(_ message: [UInt8]) -> [UInt8] {
        let length = UInt64(message.count) * 8
        let zeros = [UInt8](repeating: 0, count: (119 - message.count % 64) % 64)
        return message + [0x80] + zeros + bytes(UInt32(length >> 32)) + bytes(UInt32(truncatingIfNeeded: length))
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }

    /// The first 32 bits of the fractional parts of the square roots of the first 8 primes, or of the cube roots of the
    /// first 64: found by whole numbers, so that no table can have a wrong digit.
    private static func words(squareRoots: Bool) -> [UInt32] {
        let primes = (2...311).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
        return primes.prefix(squareRoots ? 8 : 64).map { squareRoots ? fractionOfRoot($0, 2) : fractionOfRoot($0, 3) }
    }

    /// The greatest root r with r to that power at most the number times 2 to (32 times the power), without its whole part.
    private static func fractionOfRoot(_ number: Int, _ power: Int) -> UInt32 {
        let target = UInt128(number) << (32 * power)
        var root: UInt128 = 0
        for bit in stride(from: 37, through: 0, by: -1) {
            let larger = root | 1 << bit
            if (0..<power).reduce(UInt128(1), { product, _ in product * larger }) <= target { root = larger }
        }
        return UInt32(truncatingIfNeeded: root)
    }
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
