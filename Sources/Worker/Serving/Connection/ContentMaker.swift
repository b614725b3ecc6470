/// Takes the pieces of one answer's content, and lets their maker wait while its client has enough to read.
@LoopActor final class ContentMaker {
    /// Bytes after which others get their turn, however fast the client reads.
    private static let turn = 256 << 10

    private weak var socket: ClientSocket?
    private let number: Int
    private var waiting: CheckedContinuation<Void, Never>?
    private var bytes = 0

    init(_ socket: ClientSocket, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    /// - Returns: when there is room for another piece.
    /// - Throws: `CancellationError` when no more is wanted.
    func send(_ piece: [UInt8]) async throws {
        try Task.checkCancellation()
        guard let hasRoom = socket?.take(piece, of: number) else { throw CancellationError() }
        bytes += piece.count
        if !hasRoom {
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiting = $0 }
            } onCancel: {
                LoopExecutor.shared.call { self.makeMore() }
            }
            bytes = 0
            try Task.checkCancellation()
        } else if bytes >= Self.turn {
            bytes = 0
            await Task.yield()
        }
    }

    /// There is room, or nobody waits any more.
    func makeMore() {
        waiting.take()?.resume()
    }
}
