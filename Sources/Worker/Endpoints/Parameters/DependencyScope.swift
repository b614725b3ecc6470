import Messages
import Synchronization

/// The code around the use of a dependency's value (`Dependency.init(_:around:)`): a task that yields the value and then waits
/// for the handler to end.
final class DependencyScope: Sendable {
    private struct State {
        var handlerOutcome: Result<Void, any Error>?
        var hasYielded = false
        var handlerWaiter: CheckedContinuation<Void, any Error>?
        var scopeOutcome: Result<Void, any Error>?
        var scopeWaiter: CheckedContinuation<Void, any Error>?
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func start(_ runtime: APIRuntime, _ body: @escaping @Sendable () async throws -> Void) {
        let task = runtime.startTask { [self] in
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body())
            } catch {
                outcome = .failure(error)
            }
            let waiter = state.withLock { state in
                state.scopeOutcome = outcome
                return state.scopeWaiter.take()
            }
            waiter?.resume(with: outcome)
        }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Cancels the task. Only before the value is yielded: the code after it, such as a rollback, must not be cancelled.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Returns when the handler has ended.
    /// - Throws: what the handler has thrown; `YieldedTwiceError` if it is called again.
    func waitForHandler() async throws {
        let isFirst = state.withLock { state in
            defer { state.hasYielded = true }
            return !state.hasYielded
        }
        guard isFirst else { throw YieldedTwiceError() }
        try await withCheckedThrowingContinuation { continuation in
            let outcome = state.withLock { state in
                if state.handlerOutcome == nil { state.handlerWaiter = continuation }
                return state.handlerOutcome
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Tells the scope how the handler has ended, and returns when the scope has ended too.
    /// - Throws: what the scope throws.
    func end(_ outcome: Result<Void, any Error>) async throws {
        let waiter = state.withLock { state in
            state.handlerOutcome = outcome
            return state.handlerWaiter.take()
        }
        waiter?.resume(with: outcome)
        try await withCheckedThrowingContinuation { continuation in
            let outcome = state.withLock { state in
                if state.scopeOutcome == nil { state.scopeWaiter = continuation }
                return state.scopeOutcome
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Runs `body` in a new scope until it yields a value.
    /// - Throws: what `body` throws before that; `NotYieldedError` if it returns without a value.
    static func begin<Value: Sendable>(
        in context: Context,
        _ body: @escaping @Sendable (DependencyScope, @escaping @Sendable (Value) -> Void) async throws -> Void
    ) async throws -> Value {
        let scope = DependencyScope()
        let value: Value = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let once = ResumeOnce(continuation)
                scope.start(context.runtime) {
                    do {
                        try await body(scope) { once.resume(with: .success($0)) }
                        once.resume(with: .failure(NotYieldedError(type: "\(Value.self)")))
                    } catch {
                        once.resume(with: .failure(error))
                        throw error
                    }
                }
            }
        } onCancel: {
            scope.cancel()
        }
        context.begin(scope)
        return value
    }
}

/// A dependency returned without yielding its value.
private struct NotYieldedError: Error, CustomStringConvertible {
    let type: String

    var description: String { "a dependency returned without calling 'yield' with its \(type)" }
}

/// A dependency yielded its value twice.
private struct YieldedTwiceError: Error, CustomStringConvertible {
    var description: String { "a dependency called 'yield' for the second time; a handler runs once" }
}

/// A continuation that may be resumed several times; the first counts.
private final class ResumeOnce<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    func resume(with outcome: sending Result<Value, any Error>) {
        continuation.withLock { $0.take() }?.resume(with: outcome)
    }
}
