internal import CLinux
package import Contract

/// The metrics of one worker, in its part of the scoreboard: series, each with a text that identifies it and words that count.
///
/// The worker appends series and changes their words; it removes none. The master reads them as untrusted input.
package struct MetricsBlock: Sendable {
    // The mapping lasts as long as the process. Words are read and written atomically; the text of a series is written before
    // the series is published, and never again.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

    /// Bytes for series.
    private static let capacity = Int(BRIGADE_METRICS_BYTES) - MemoryLayout<brigade_metrics_header>.size

    init(_ memory: UnsafeMutableRawPointer) {
        self.memory = memory
    }

    private var header: UnsafeMutablePointer<brigade_metrics_header> {
        memory.assumingMemoryBound(to: brigade_metrics_header.self)
    }

    private var content: UnsafeMutableRawPointer { memory + MemoryLayout<brigade_metrics_header>.size }

    // MARK: The worker

    /// The words of a series. Relaxed: no word promises anything about another.
    package struct Words: Sendable {
        fileprivate nonisolated(unsafe) let base: UnsafeMutablePointer<UInt64>

        /// For a word that one thread alone writes.
        @inline(__always) package func increase(_ index: Int, by delta: UInt64) {
            brigade_increase64(base + index, delta)
        }

        /// For a word that any thread may write.
        package func add(_ delta: UInt64, to index: Int) { brigade_add64(base + index, delta) }

        /// The same for a word with the bits of a double.
        package func add(_ delta: Double, to index: Int) { brigade_add_double(base + index, delta) }

        package func set(_ value: Double, at index: Int) { brigade_store64(base + index, value.bitPattern) }
    }

    /// Appends series. There is one per worker, and one thread at a time uses it.
    package struct Writer: ~Copyable {
        private let block: MetricsBlock
        private var used = 0

        /// - Parameter block: has no series.
        package init(_ block: MetricsBlock) {
            self.block = block
        }

        /// - Returns: the words of the new series, all 0; nil when there is no room for it.
        package mutating func append(_ identity: MetricSeries.Identity) -> Words? {
            let text = Array(identity.text.utf8)
            let words = identity.kind.words
            let start = MetricsBlock.wordsOffset(text: text.count)
            let size = start + words * MemoryLayout<UInt64>.size
            guard text.count <= Int(UInt16.max), used + size <= MetricsBlock.capacity else { return nil }
            let series = block.content + used
            series.storeBytes(
                of: brigade_series(kind: identity.kind.rawValue, text: UInt16(text.count), words: UInt32(words)),
                as: brigade_series.self)
            (series + MemoryLayout<brigade_series>.size).copyMemory(from: text, byteCount: text.count)
            used += size
            brigade_publish32(&block.header.pointee.used, UInt32(used))
            return Words(base: (series + start).assumingMemoryBound(to: UInt64.self))
        }
    }

    private static func wordsOffset(text: Int) -> Int { MemoryLayout<brigade_series>.size + (text + 7) / 8 * 8 }

    // MARK: The master

    /// The series that are complete, in the order of their appearance. What makes no sense ends them.
    package var series: [MetricSeries] {
        var found: [MetricSeries] = []
        forEach { kind, text, words in
            guard let identity = MetricSeries.Identity(kind, text: String(decoding: text, as: UTF8.self)) else {
                return
            }
            found.append(MetricSeries(identity, words: words.indices.map { brigade_load64(words.baseAddress! + $0) }))
        }
        return found
    }

    /// The same, for whoever reads again and again and knows by its position what a series is: its text need not be read.
    package func forEachSeries(
        _ body: (
            _ position: Int, _ kind: MetricSeries.Kind, _ identity: () -> MetricSeries.Identity?, _ words: [UInt64]
        ) -> Void
    ) {
        var position = 0
        forEach { kind, text, words in
            body(
                position, kind, { MetricSeries.Identity(kind, text: String(decoding: text, as: UTF8.self)) },
                words.indices.map { brigade_load64(words.baseAddress! + $0) })
            position += 1
        }
    }

    /// What is counted of the requests of all routes.
    package var requests: RequestTotals {
        var sum = Array(repeating: UInt64(0), count: RequestTotals.words)
        forEach { kind, _, words in
            guard kind == .requests else { return }
            for index in sum.indices {
                sum[index] = UInt64.addingClamped(sum[index], brigade_load64(words.baseAddress! + index))
            }
        }
        return RequestTotals(words: sum)
    }

    private func forEach(
        _ body: (MetricSeries.Kind, _ text: UnsafeRawBufferPointer, _ words: UnsafeMutableBufferPointer<UInt64>) -> Void
    ) {
        let used = min(Int(brigade_published32(&header.pointee.used)), Self.capacity)
        var offset = 0
        while offset + MemoryLayout<brigade_series>.size <= used {
            // Copied, because somebody may change it meanwhile.
            let head = (content + offset).load(as: brigade_series.self)
            let words = offset + Self.wordsOffset(text: Int(head.text))
            guard let kind = MetricSeries.Kind(rawValue: head.kind), Int(head.words) == kind.words,
                words + kind.words * MemoryLayout<UInt64>.size <= used
            else { return }
            body(
                kind,
                UnsafeRawBufferPointer(
                    start: content + offset + MemoryLayout<brigade_series>.size, count: Int(head.text)),
                UnsafeMutableBufferPointer(
                    start: (content + words).assumingMemoryBound(to: UInt64.self), count: kind.words))
            offset = words + kind.words * MemoryLayout<UInt64>.size
        }
    }

    /// To be called before the memory is given back: a reader that comes in between sees no series.
    func clear() {
        brigade_publish32(&header.pointee.used, 0)
    }
}
