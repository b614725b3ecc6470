import Messages
import Synchronization

/// What runs around the use of a dependency's value: a task that waits, with the value given away, for the handler's end.
final class DependencyScope: Sendable {
    private struct Contents {
        /// The handler's outcome.
        var over: Result<Void, any Error>?
        var isUsed = false
        var waiting: CheckedContinuation<Void, any Error>?
        /// The scope's own outcome.
        var ended: Result<Void, any Error>?
        var waitingForEnd: CheckedContinuation<Void, any Error>?
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let contents = Mutex(Contents())

    func start(_ runtime: APIRuntime, _ body: @escaping @Sendable () async throws -> Void) {
        let task = runtime.startTask { [self] in
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body())
            } catch {
                outcome = .failure(error)
            }
            let waiting = contents.withLock { contents in
                contents.ended = outcome
                return contents.waitingForEnd.take()
            }
            waiting?.resume(with: outcome)
        }
        let isCancelled = contents.withLock { contents in
            contents.task = task
            return contents.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Cancels the task; only while the value is not there, because what ends a transaction must not be cancelled.
    func cancel() {
        let task = contents.withLock { contents in
            contents.isCancelled = true
            return contents.task
        }
        task?.cancel()
    }

    /// - Throws: also when it is called for the second time.
    func untilOver() async throws {
        let isFirst = contents.withLock { contents in
            defer { contents.isUsed = true }
            return !contents.isUsed
        }
        guard isFirst else { throw UsedTwice() }
        try await withCheckedThrowingContinuation { continuation in
            let over = contents.withLock { contents in
                if contents.over == nil { contents.waiting = continuation }
                return contents.over
            }
            if let over { continuation.resume(with: over) }
        }
    }

    /// The handler is through. Returns when the scope has ended, too.
    /// - Throws: what the scope throws.
    func end(_ outcome: Result<Void, any Error>) async throws {
        let waiting = contents.withLock { contents in
            contents.over = outcome
            return contents.waiting.take()
        }
        waiting?.resume(with: outcome)
        try await withCheckedThrowingContinuation { continuation in
            let ended = contents.withLock { contents in
                if contents.ended == nil { contents.waitingForEnd = continuation }
                return contents.ended
            }
            if let ended { continuation.resume(with: ended) }
        }
    }
}

/// A dependency that wants to give its value away again: a handler runs once.
struct UsedTwice: Error, CustomStringConvertible {
    var description: String { "a dependency called 'use' for the second time; a handler runs once" }
}

/// A continuation that more than one outcome may be offered; the first counts.
final class Once<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    func resume(returning value: Value) {
        continuation.withLock { $0.take() }?.resume(returning: value)
    }

    func resume(throwing error: any Error) {
        continuation.withLock { $0.take() }?.resume(throwing: error)
    }
}
