import Logging
import Messages
import Synchronization

/// What a request has beside its bytes while it lasts. Made only if something can ask for it.
final class RequestState: Sendable {
    typealias Job = @Sendable () async throws -> Void

    private struct State {
        /// What `Context` was given, by type.
        var values: [ObjectIdentifier: any Sendable] = [:]
        /// The values of dependencies, by dependency.
        var pending: [ObjectIdentifier: any Sendable] = [:]
        var jobs: [Job] = []
        /// Whether the jobs have been started: a later one is started at once.
        var jobsAreStarted = false
        var scopes: [DependencyScope] = []
        var failure: (any Error)?
    }

    let runtime: APIRuntime
    let route: Route?
    private let state = Mutex(State())

    private let identity: RequestIdentity

    init(_ runtime: APIRuntime, _ route: Route?, _ identity: RequestIdentity) {
        self.runtime = runtime
        self.route = route
        self.identity = identity
    }

    // MARK: For the context

    func value<Value: Sendable>(_ type: Value.Type) -> Value? {
        let key = ObjectIdentifier(type)
        // The guard is for optional types: `nil as? Value` would give a value.
        guard let value = state.withLock({ $0.values[key] }) ?? runtime.provided[key] else { return nil }
        return value as? Value
    }

    func set<Value: Sendable>(_ type: Value.Type, _ value: Value?) {
        state.withLock { $0.values[ObjectIdentifier(type)] = value }
    }

    var failure: (any Error)? { state.withLock { $0.failure } }

    func recordFailure(_ error: any Error) {
        state.withLock { $0.failure = error }
    }

    // MARK: Jobs after the response

    func add(_ job: @escaping Job) {
        let isLate = state.withLock { state in
            if !state.jobsAreStarted { state.jobs.append(job) }
            return state.jobsAreStarted
        }
        if isLate { runtime.run([job], logger: logger) }
    }

    /// The answer, whose response starts the jobs when it has been sent.
    func startingJobs(after answer: Answer) -> Answer {
        answer.map { self.startingJobs(after: $0) }
    }

    /// The response, which starts the jobs when it has been sent.
    func startingJobs(after response: Response) -> Response {
        // While a stream is sent, more jobs may be added.
        let isOver = state.withLock { state in
            state.jobsAreStarted = state.jobs.isEmpty && response.stream == nil
            return state.jobsAreStarted
        }
        if isOver { return response }
        var response = response
        let others = response.whenSent
        response.whenSent = { [self] in
            others?()
            let jobs = state.withLock { state in
                state.jobsAreStarted = true
                return state.jobs
            }
            if !jobs.isEmpty { runtime.run(jobs, logger: logger) }
        }
        return response
    }

    private var logger: Logger {
        var logger = identity.logger(runtime.logger)
        if let route { logger[metadataKey: "operation"] = "\(route.description.name)" }
        return logger
    }

    // MARK: Dependencies

    /// Forgets the values of dependencies and the failure. Middleware may let a request be answered more than once, and the
    /// values of the first time have been cleaned up.
    func prepareToAnswer() {
        state.withLock { state in
            if !state.pending.isEmpty { state.pending = [:] }
            state.failure = nil
        }
    }

    /// The value of a dependency in this request; its parameters are read only the first time. Nil if they were invalid; the
    /// issues were added that first time. Only one thread at a time reads the parameters of a request.
    func pending<Value: Sendable>(
        of dependency: AnyObject, read: () throws -> PendingValue<Value>?
    ) throws -> PendingValue<Value>? {
        let identity = ObjectIdentifier(dependency)
        if let known = state.withLock({ $0.pending[identity] }) { return (known as? Pending<Value>)?.value }
        let value = try runtime.overrides.value(of: identity) ?? read()
        state.withLock { $0.pending[identity] = Pending(value: value) }
        return value
    }

    private struct Pending<Value: Sendable>: Sendable {
        let value: PendingValue<Value>?
    }

    func begin(_ scope: DependencyScope) {
        state.withLock { $0.scopes.append(scope) }
    }

    var hasScopes: Bool { state.withLock { !$0.scopes.isEmpty } }

    /// Removes the scope that was begun last.
    func takeScope() -> DependencyScope? { state.withLock { $0.scopes.popLast() } }
}
