import Messages
import Glibc

/// Bytes for a client, from whose front the socket takes. It grows as needed, and releases large memory when all is taken.
///
/// An array would check at each of the many small pieces of a response whether it is shared.
struct OutputBuffer: ~Copyable {
    private static let minCapacity = 4 << 10
    /// Bytes that are kept for the next responses.
    private static let maxKept = 16 << 10

    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var start = 0
    private var end = 0
    /// How many were taken in all.
    private(set) var taken: UInt64 = 0

    deinit {
        memory.deallocate()
    }

    /// How many bytes wait.
    var count: Int { end - start }

    /// How many there were in all.
    var total: UInt64 { taken + UInt64(count) }

    /// Bytes of memory that it holds.
    var capacity: Int { memory.count }

    /// What waits; valid during the call.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(rebasing: memory[start..<end]))
    }

    /// The first bytes that wait are taken.
    mutating func take(_ count: Int) {
        taken += UInt64(count)
        start += count
        guard start == end else { return }
        (start, end) = (0, 0)
        guard capacity > Self.maxKept else { return }
        memory.deallocate()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    /// Makes room for so many more bytes.
    @inline(__always) private mutating func reserve(_ count: Int) {
        if memory.count - end < count { grow(count) }
    }

    @inline(never) private mutating func grow(_ count: Int) {
        let waiting = self.count
        // Reuse the room of what is taken, when that is worth the move.
        if start >= waiting, memory.count - waiting >= count {
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
        } else {
            let capacity = max(Self.minCapacity, 2 * memory.count, waiting + count)
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
            memory.deallocate()
            memory = larger
        }
        (start, end) = (0, waiting)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        memcpy(memory.baseAddress! + end, base, bytes.count)
        end += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Inlined, so that the constant parts of a head are stored without a call.
    @inline(__always) mutating func append(_ text: StaticString) {
        reserve(text.utf8CodeUnitCount)
        memcpy(memory.baseAddress! + end, text.utf8Start, text.utf8CodeUnitCount)
        end += text.utf8CodeUnitCount
    }

    // MARK: Numbers

    mutating func append(decimal number: Int) {
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        append(number, digits: digits)
    }

    /// Lower case, without leading zeros.
    mutating func append(hexadecimal number: Int) {
        var digits = 1
        while digits < 16, number >> (4 * digits) > 0 { digits += 1 }
        reserve(digits)
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let value = UInt8(truncatingIfNeeded: number >> (4 * digit)) & 15
            memory[end] = .hexadecimalDigit(value)
            end += 1
        }
    }

    /// Seconds with nine decimals.
    mutating func append(seconds nanoseconds: UInt64) {
        append(decimal: Int(nanoseconds / 1_000_000_000))
        append(".")
        append(Int(nanoseconds % 1_000_000_000), digits: 9)
    }

    private mutating func append(_ number: Int, digits: Int) {
        reserve(digits)
        var rest = UInt(number)
        var place = memory.baseAddress! + end + digits
        // The bounds are not checked for each digit: every response has a dozen of them.
        for _ in 0..<digits {
            place -= 1
            let next = rest / 10
            place.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest &- next &* 10), as: UInt8.self)
            rest = next
        }
        end += digits
    }
}
