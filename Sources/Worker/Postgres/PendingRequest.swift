import Serving

/// A request that waits for its answer.
@LoopActor protocol PendingRequest: AnyObject {
    var statement: PostgresStatement { get }
    var values: [PostgresValue] { get }

    /// The rows are here. They count when the whole batch has succeeded; if it has not, other rows may follow.
    func receive(_ rows: borrowing Rows)

    func succeed()
    func fail(_ error: PostgresError)
}

/// A request whose caller awaits a value that is made of the rows.
final class AwaitedRequest<Value: Sendable>: PendingRequest {
    let statement: PostgresStatement
    let values: [PostgresValue]
    private let decode: @Sendable (borrowing Rows) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var result: Result<Value, any Error>?

    nonisolated init(
        _ statement: PostgresStatement, _ values: [PostgresValue],
        _ continuation: CheckedContinuation<Value, any Error>,
        decode: @escaping @Sendable (borrowing Rows) throws -> Value
    ) {
        self.statement = statement
        self.values = values
        self.continuation = continuation
        self.decode = decode
    }

    func receive(_ rows: borrowing Rows) {
        do {
            result = .success(try decode(rows))
        } catch {
            result = .failure(error)
        }
    }

    func succeed() {
        continuation.resume(with: result!)
    }

    func fail(_ error: PostgresError) {
        continuation.resume(throwing: error)
    }
}
