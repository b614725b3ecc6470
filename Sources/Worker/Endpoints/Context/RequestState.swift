import Logging
import Messages
import Synchronization

/// What one request has beside its bytes, for as long as it lasts. Made only where somebody can ask for it.
final class RequestState: Sendable {
    typealias Job = @Sendable () async throws -> Void

    private struct Contents {
        var id: String?
        var values: [ObjectIdentifier: any Sendable] = [:]
        var pending: [ObjectIdentifier: any Sendable] = [:]
        var jobs: [Job] = []
        /// Whether nobody asks for jobs any more.
        var isOver = false
        var scopes: [DependencyScope] = []
        var failure: (any Error)?
    }

    let runtime: APIRuntime
    let route: Route?
    private let contents = Mutex(Contents())

    init(_ runtime: APIRuntime, _ route: Route?) {
        self.runtime = runtime
        self.route = route
    }

    // MARK: The context's

    func id(of request: Request) -> String {
        contents.withLock { contents in
            if let id = contents.id { return id }
            let id = RequestID.make(for: request)
            contents.id = id
            return id
        }
    }

    func value<Value: Sendable>(_ type: Value.Type) -> Value? {
        let key = ObjectIdentifier(type)
        // Where an optional type is asked for, nil would be cast to a value.
        guard let value = contents.withLock({ $0.values[key] }) ?? runtime.provided[key] else { return nil }
        return value as? Value
    }

    func set<Value: Sendable>(_ type: Value.Type, _ value: Value?) {
        contents.withLock { $0.values[ObjectIdentifier(type)] = value }
    }

    var failure: (any Error)? { contents.withLock { $0.failure } }

    func fail(_ error: any Error) {
        contents.withLock { $0.failure = error }
    }

    func add(_ job: @escaping Job) {
        let isLate = contents.withLock { contents in
            if !contents.isOver { contents.jobs.append(job) }
            return contents.isOver
        }
        if isLate { runtime.run([job], log: log) }
    }

    /// With the work that is to be done after the answer.
    func settle(_ response: Response) -> Response {
        // While a stream is sent, there may come more.
        let isOver = contents.withLock { contents in
            contents.isOver = contents.jobs.isEmpty && response.stream == nil
            return contents.isOver
        }
        if isOver { return response }
        var response = response
        let others = response.whenSent
        response.whenSent = { [self] in
            others?()
            let jobs = contents.withLock { contents in
                contents.isOver = true
                return contents.jobs
            }
            if !jobs.isEmpty { runtime.run(jobs, log: log) }
        }
        return response
    }

    private var log: Logger {
        var log = runtime.log
        if let id = contents.withLock({ $0.id }) { log[metadataKey: "request"] = "\(id)" }
        if let route { log[metadataKey: "operation"] = "\(route.description.name)" }
        return log
    }

    // MARK: Dependencies

    /// Middleware lets the request be answered, and perhaps not for the first time: values that have ended are not given
    /// to another handler, and an error that was is no more.
    func beginAnew() {
        contents.withLock { contents in
            if !contents.pending.isEmpty { contents.pending = [:] }
            contents.failure = nil
        }
    }

    /// What a dependency has found in this request, so that it is asked once. Nil when its parameters were wrong, which was
    /// said then. A request's parameters are read by one thread at a time, so nothing is found twice.
    func pending<Value: Sendable>(
        of dependency: AnyObject, find: () throws -> PendingValue<Value>?
    ) throws -> PendingValue<Value>? {
        let identity = ObjectIdentifier(dependency)
        if let found = contents.withLock({ $0.pending[identity] }) { return (found as? Found<Value>)?.value }
        let value = try runtime.replacements.value(of: identity) ?? find()
        contents.withLock { $0.pending[identity] = Found(value: value) }
        return value
    }

    private struct Found<Value: Sendable>: Sendable {
        let value: PendingValue<Value>?
    }

    func begin(_ scope: DependencyScope) {
        contents.withLock { $0.scopes.append(scope) }
    }

    var hasScopes: Bool { contents.withLock { !$0.scopes.isEmpty } }

    /// The last one that was begun, and has not ended.
    func takeScope() -> DependencyScope? { contents.withLock { $0.scopes.popLast() } }
}

enum RequestID {
    /// Of ids that a proxy sends.
    private static let mostBytes = 128

    static func make(for request: Request) -> String {
        if request.connection.isTrusted, let id = request.value(of: "x-request-id"), isUsable(id) { return id }
        return RandomID.make()
    }

    /// It goes into logs and answers.
    private static func isUsable(_ id: String) -> Bool {
        (1...mostBytes).contains(id.utf8.count)
            && id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
    }
}
