/// How long answers took: a count for each of 64 ranges, two to a power of two of microseconds.
///
/// Bucket 0 is everything below 1 µs; bucket 1 + 2n is from 2ⁿ to 1.5 · 2ⁿ µs, and bucket 2 + 2n from there to 2ⁿ⁺¹ µs, a
/// bound belonging to the bucket above it; bucket 63 is everything from 2³¹ µs (36 minutes) on.
package struct LatencyHistogram: Equatable, Sendable, Codable {
    /// By bucket.
    package var counts: [UInt64]

    package static let buckets = 64

    package init() {
        counts = Array(repeating: 0, count: Self.buckets)
    }

    package var total: UInt64 { counts.reduce(0, UInt64.addingClamped) }

    /// Counts one response.
    package mutating func add(_ latency: Duration) {
        let (seconds, attoseconds) = latency.components
        counts[Self.bucket(UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds)) / 1_000_000_000)] +=
            1
    }

    /// Adds the counts of the other histogram.
    package static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
        for index in sum.counts.indices {
            sum.counts[index] = UInt64.addingClamped(sum.counts[index], other.counts[index])
        }
    }

    /// The time that a share of the responses stayed below: the upper bound of the bucket that reaches the share, which is
    /// at most 1.5 times the true value. Nil when nothing is counted; the lower bound of the last bucket.
    /// - Parameter share: from 0 to 1; 0.5 is the median.
    package func quantile(_ share: Double) -> Duration? {
        let total = total
        if total == 0 { return nil }
        let rank = max(1, (Double(total) * share).rounded(.up))
        var sum: UInt64 = 0
        for (index, count) in counts.enumerated() {
            sum = UInt64.addingClamped(sum, count)
            if Double(sum) >= rank { return Self.upperBound(index) }
        }
        return Self.upperBound(Self.buckets - 1)
    }

    /// The end of a bucket, which is the start of the next one.
    package static func upperBound(_ bucket: Int) -> Duration {
        let last = min(bucket, buckets - 2)
        if last == 0 { return .microseconds(1) }
        let (power, half) = (last - 1).quotientAndRemainder(dividingBy: 2)
        // In half microseconds: 3 · 2ⁿ is 1.5 · 2ⁿ µs.
        return .nanoseconds((half == 0 ? 3 : 4) << power * 500)
    }

    package static func bucket(_ nanoseconds: UInt64) -> Int {
        let halves = nanoseconds / 500
        if halves < 2 { return 0 }
        let power = UInt64.bitWidth - 1 - halves.leadingZeroBitCount
        return min(buckets - 1, 2 * power - 1 + Int(halves >> (power - 1) & 1))
    }
}

extension UInt64 {
    /// The sum, or the largest number: a counter that has reached its maximum stays there.
    package static func addingClamped(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (sum, overflows) = one.addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
