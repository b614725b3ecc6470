internal import Messages

/// A value that is made from other parameters of the request, such as the user that a token belongs to.
///
/// ```swift
/// let user = Dependency(Header("x-token", String.self)) { token in try users.find(token: token) }
///
/// api.get("/me", user) { user in user }
/// ```
/// It is made once per request, however many handlers and dependencies ask for it. A `Dependency` is an object: declare it
/// once and use that object everywhere. Its parameters are part of the document; if they are invalid, their issues are
/// reported with all others, and nothing is made. Errors that it throws are answered like those of a handler.
public final class Dependency<Value: Sendable>: Parameter {
    /// The parameters that it is made of.
    public let declaration: ParameterDeclaration
    private let makePending: @Sendable (Context, inout [Issue]) throws -> PendingValue<Value>?

    /// A dependency that is made by a synchronous function.
    /// - Parameters:
    ///   - parameters: what `make` takes; other dependencies too.
    ///   - run: where `make` runs. By default it may block and runs on the blocking pool, on the handler's thread if the
    ///     handler runs there. `.inline` runs it on the loop.
    public convenience init<each Input: Parameter>(
        _ parameters: repeat each Input, run: Execution = .blocking,
        make: @escaping @Sendable (repeat (each Input).Value) throws -> Value
    ) {
        self.init(repeat each parameters, execution: run == .inline ? .inline : .blocking) {
            (context: Context, unresolved: repeat (each Input).Unresolved) in
            PendingValue {
                try make(repeat try (each Input).resolve(each unresolved))
            } awaiting: {
                let values = (repeat try await (each Input).resolve(awaiting: each unresolved))
                if run == .inline {
                    do {
                        return try make(repeat each values)
                    } catch is WouldBlock {}
                }
                return try await context.runBlocking { try make(repeat each values) }
            }
        }
    }

    // `@concurrent`: see `RouteBuilder`.
    /// A dependency that is made by an async function.
    /// - Parameter make: starts and resumes on the loop.
    public convenience init<each Input: Parameter>(
        _ parameters: repeat each Input,
        make: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Value
    ) {
        self.init(repeat each parameters, execution: .async) {
            (context: Context, unresolved: repeat (each Input).Unresolved) in
            PendingValue { try await make(repeat try await (each Input).resolve(awaiting: each unresolved)) }
        }
    }

    /// A dependency with code before and after the handler, as FastAPI's dependencies with `yield`: a transaction that is
    /// committed or rolled back, a lock that is released.
    ///
    /// ```swift
    /// let transaction = Dependency { (yield: Dependency<Transaction>.Yield) async throws in
    ///     let transaction = try await store.begin()
    ///     do {
    ///         try await yield(transaction)  // the handler runs here; its errors are thrown here
    ///         try await transaction.commit()
    ///     } catch {
    ///         try await transaction.rollBack()
    ///         throw error
    ///     }
    /// }
    /// ```
    /// `yield` returns when the handler has made its response, before the response is sent; if it is streamed, before its first
    /// piece is made. An error that is thrown afterwards is answered in place of that response. For work after the response has
    /// been sent, use `Context.afterResponse`.
    ///
    /// If the client disconnects or the deadline passes before the value is yielded, the task is cancelled. Afterwards only the
    /// handler is cancelled, and `yield` throws its error. A drain waits for the end of `around`.
    /// - Parameter around: must call `yield` exactly once, unless it throws.
    public convenience init<each Input: Parameter>(
        _ parameters: repeat each Input,
        around: @escaping @concurrent @Sendable (Yield, repeat (each Input).Value) async throws -> Void
    ) {
        self.init(repeat each parameters, execution: .async) {
            (context: Context, unresolved: repeat (each Input).Unresolved) in
            PendingValue {
                let values = (repeat try await (each Input).resolve(awaiting: each unresolved))
                return try await DependencyScope.begin(in: context) { scope, give in
                    try await around(Yield(scope: scope, give: give), repeat each values)
                }
            }
        }
    }

    /// - Parameter makePending: gets what was read, if all of it is valid.
    private init<each Input: Parameter>(
        _ parameters: repeat each Input, execution: ParameterExecution,
        makePending: @escaping @Sendable (Context, repeat (each Input).Unresolved) -> PendingValue<Value>
    ) {
        declaration = ParameterDeclaration(
            dependency: DependencyIdentity(), of: Operation.declarations(repeat each parameters), execution: execution)
        self.makePending = { context, issues in
            let unresolved = (repeat try (each parameters).read(from: context, issues: &issues))
            // Of earlier parameters too: a dependency that they share has appended its issues only once.
            guard issues.isEmpty else { return nil }
            return makePending(context, repeat try (each unresolved).unwrapped())
        }
    }

    /// Reads its parameters, the first time in a request.
    public func read(from context: Context, issues: inout [Issue]) throws -> PendingValue<Value>? {
        guard let state = context.state else { return try makePending(context, &issues) }
        return try state.pending(of: self) { try makePending(context, &issues) }
    }

    /// Makes the value on the calling thread, the first time in a request.
    public static func resolve(_ unresolved: PendingValue<Value>) throws -> Value { try unresolved.value() }

    /// Makes the value, the first time in a request.
    public static func resolve(awaiting unresolved: PendingValue<Value>) async throws -> Value {
        try await unresolved.awaitedValue()
    }

    /// Hands the value of a dependency to the handler, and returns when the handler has ended.
    public struct Yield: Sendable {
        fileprivate let scope: DependencyScope
        fileprivate let give: @Sendable (Value) -> Void

        /// Call it exactly once.
        /// - Throws: what the handler, or a dependency that is made after this one, has thrown; `CancellationError` if the client
        ///   has disconnected or was told that its request took too long. Roll back then: the client does not get the response.
        public func callAsFunction(_ value: Value) async throws {
            give(value)
            try await scope.waitForHandler()
        }
    }
}

/// Tells dependencies apart in declarations.
final class DependencyIdentity: Sendable {}

/// The value of a dependency in one request. It is made the first time it is asked for.
///
/// Unchecked: only the task of the one request, or the one thread that runs its handler, asks for it, once at a time.
public final class PendingValue<Value: Sendable>: @unchecked Sendable {
    /// Nil if the value must be awaited.
    private let make: (@Sendable () throws -> Value)?
    private let makeAwaiting: @Sendable () async throws -> Value
    private var made: Value?

    fileprivate init(
        make: (@Sendable () throws -> Value)? = nil, awaiting makeAwaiting: @escaping @Sendable () async throws -> Value
    ) {
        self.make = make
        self.makeAwaiting = makeAwaiting
    }

    fileprivate func value() throws -> Value {
        if let made { return made }
        guard let make else { preconditionFailure("an async dependency was asked for its value without awaiting it") }
        let value = try make()
        made = value
        return value
    }

    fileprivate func awaitedValue() async throws -> Value {
        if let made { return made }
        let value = try await makeAwaiting()
        made = value
        return value
    }
}

/// The values of `API.override`, which replace those of dependencies in tests.
struct DependencyOverrides: Sendable {
    private struct Override<Value: Sendable>: Sendable {
        /// Retained, so that no other object gets its identity.
        let dependency: any AnyObject & Sendable
        let make: @Sendable () throws -> Value
    }

    private var overrides: [ObjectIdentifier: any Sendable] = [:]

    mutating func set<Value: Sendable>(
        _ dependency: Dependency<Value>, _ make: @escaping @Sendable () throws -> Value
    ) {
        overrides[ObjectIdentifier(dependency)] = Override(dependency: dependency, make: make)
    }

    func value<Value: Sendable>(of dependency: ObjectIdentifier) -> PendingValue<Value>? {
        guard !overrides.isEmpty, let override = overrides[dependency] as? Override<Value> else { return nil }
        let make = override.make
        return PendingValue(make: make) { try make() }
    }
}
