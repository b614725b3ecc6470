/// The content of an answer that is made while it is sent.
package final class ResponseStream: Sendable {
    /// Called for each piece; it returns when there is room for another.
    package typealias Sink = @Sendable ([UInt8]) async throws -> Void

    /// Of bytes, when it is known.
    package let length: Int?
    private let body: @Sendable (Sink) async throws -> Void

    init<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces, length: Int?) where Pieces.Element == [UInt8] {
        precondition(length ?? 0 >= 0, "a length is not negative")
        self.length = length
        body = { sink in
            for try await piece in pieces { try await sink(piece) }
        }
    }

    /// Makes the pieces, one when the one before is taken.
    package func run(_ sink: Sink) async throws {
        try await body(sink)
    }
}
