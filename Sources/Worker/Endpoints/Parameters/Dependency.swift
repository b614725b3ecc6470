internal import Messages

/// A value that is made for a request out of parameters of its own, such as the user that a token belongs to.
///
/// ```swift
/// let user = Dependency(Header("x-token", String.self)) { token in try users.find(token: token) }
///
/// api.get("/me", user) { user in user }
/// ```
/// Within one request it is made once, however many parameters and dependencies ask for it. It is one object: one that is
/// declared twice is two. Its parameters stand in the document, and what is wrong with them is said with all the rest,
/// before anything is made. What it throws is answered like what a handler throws.
public final class Dependency<Value: Sendable>: Parameter {
    /// What its parameters are, and how it is made.
    public let declaration: ParameterDeclaration
    private let pending: @Sendable (Context, inout [Issue]) throws -> PendingValue<Value>?

    /// A value that is made without awaiting.
    /// - Parameters:
    ///   - parameters: what it is made of; other dependencies too.
    ///   - run: where it is made. It may block, and so is made on the blocking pool, unless it says `.inline`; of a handler
    ///     that runs on the pool, on the handler's thread.
    public init<each Piece: Parameter>(
        _ parameters: repeat each Piece, run: Execution = .blocking,
        make: @escaping @Sendable (repeat (each Piece).Value) throws -> Value
    ) {
        declaration = ParameterDeclaration(
            dependency: DependencyIdentity(), of: Operation.declarations(repeat each parameters),
            need: run == .inline ? .inline : .blocking)
        pending = { context, issues in
            let known = issues.count
            let found = (repeat try (each parameters).find(in: context, issues: &issues))
            guard issues.count == known else { return nil }
            return PendingValue {
                try make(repeat try (each Piece).value(of: (each found).unwrapped()))
            } awaiting: {
                let values = (repeat try await (each Piece).value(of: (each found).unwrapped(), awaitingIn: context))
                if run == .inline {
                    do {
                        return try make(repeat each values)
                    } catch is WouldBlock {}
                }
                return try await context.blocking { try make(repeat each values) }
            }
        }
    }

    // `@concurrent`: see `Verb`.
    /// A value that is awaited.
    /// - Parameter make: starts on the loop and is resumed there.
    public init<each Piece: Parameter>(
        _ parameters: repeat each Piece,
        make: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Value
    ) {
        declaration = ParameterDeclaration(
            dependency: DependencyIdentity(), of: Operation.declarations(repeat each parameters), need: .awaiting)
        pending = { context, issues in
            let known = issues.count
            let found = (repeat try (each parameters).find(in: context, issues: &issues))
            guard issues.count == known else { return nil }
            return PendingValue {
                try await make(
                    repeat try await (each Piece).value(of: (each found).unwrapped(), awaitingIn: context))
            }
        }
    }

    /// A value with something around its use: a transaction that is committed or rolled back, a lock that is let go.
    ///
    /// ```swift
    /// let transaction = Dependency { (use: Dependency<Transaction>.Use) async throws in
    ///     let transaction = try await store.begin()
    ///     do {
    ///         try await use(transaction)  // the handler runs here; what it throws comes out
    ///         try await transaction.commit()
    ///     } catch {
    ///         try await transaction.rollBack()
    ///         throw error
    ///     }
    /// }
    /// ```
    /// `use` returns when the handler has made its answer, before the answer is sent; of a streamed one, before its first
    /// piece is made. What is thrown then is answered in its place. What is to be done after the answer is
    /// `Context.afterResponse`'s.
    ///
    /// A client that goes, or a deadline that passes, cancels the task while it has not given the value away. From then on
    /// it is not cancelled: the handler is, and what it throws comes out of `use`. A worker that drains waits for the end.
    /// - Parameter around: must call `use` once, unless it throws.
    public init<each Piece: Parameter>(
        _ parameters: repeat each Piece,
        around: @escaping @concurrent @Sendable (Use, repeat (each Piece).Value) async throws -> Void
    ) {
        declaration = ParameterDeclaration(
            dependency: DependencyIdentity(), of: Operation.declarations(repeat each parameters), need: .awaiting)
        pending = { context, issues in
            let known = issues.count
            let found = (repeat try (each parameters).find(in: context, issues: &issues))
            guard issues.count == known else { return nil }
            return PendingValue {
                let values = (repeat try await (each Piece).value(of: (each found).unwrapped(), awaitingIn: context))
                return try await Use.begin(in: context) { use in try await around(use, repeat each values) }
            }
        }
    }

    /// Reads its parameters, unless this request has done so already.
    public func find(in context: Context, issues: inout [Issue]) throws -> PendingValue<Value>? {
        guard let state = context.state else { return try pending(context, &issues) }
        return try state.pending(of: self) { try pending(context, &issues) }
    }

    /// Makes the value on this thread, unless this request has it already.
    public static func value(of found: PendingValue<Value>) throws -> Value { try found.value() }

    /// Makes the value, unless this request has it already.
    public static func value(of found: PendingValue<Value>, awaitingIn context: Context) async throws -> Value {
        try await found.awaited()
    }

    /// Gives the value of a dependency away, and comes back when it has been used.
    public struct Use: Sendable {
        private let scope: DependencyScope
        private let give: @Sendable (Value) -> Void

        /// It may be called once.
        /// - Throws: what the handler, or another dependency that is made later, has thrown; `CancellationError` when the
        ///   client has gone or has been told that its request took too long, so that nothing is kept that it is not told of.
        public func callAsFunction(_ value: Value) async throws {
            give(value)
            try await scope.untilOver()
        }

        fileprivate static func begin(
            in context: Context, _ body: @escaping @Sendable (Use) async throws -> Void
        ) async throws -> Value {
            let scope = DependencyScope()
            let value: Value = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let once = Once(continuation)
                    let use = Use(scope: scope) { once.resume(returning: $0) }
                    scope.start(context.runtime) {
                        do {
                            try await body(use)
                            once.resume(throwing: UnusedDependency(type: "\(Value.self)"))
                        } catch {
                            once.resume(throwing: error)
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
}

/// Tells one dependency from another, in declarations.
final class DependencyIdentity: Sendable {}

/// A dependency with something around its value that never gave the value away.
struct UnusedDependency: Error, CustomStringConvertible {
    let type: String

    var description: String { "a dependency returned without calling 'use' with its \(type)" }
}

/// The value of a dependency in one request, made when it is first asked for.
///
/// Unchecked: what asks for it is the one request's task, or the one thread that runs its handler, in which values are made
/// one after another.
public final class PendingValue<Value: Sendable>: @unchecked Sendable {
    private let make: (@Sendable () throws -> Value)?
    private let await: @Sendable () async throws -> Value
    private var made: Value?

    init(
        make: (@Sendable () throws -> Value)? = nil, awaiting: @escaping @Sendable () async throws -> Value
    ) {
        self.make = make
        self.await = awaiting
    }

    func value() throws -> Value {
        if let made { return made }
        guard let make else { preconditionFailure("a value that must be awaited is asked for where nothing can await") }
        let value = try make()
        made = value
        return value
    }

    func awaited() async throws -> Value {
        if let made { return made }
        let value = try await self.await()
        made = value
        return value
    }
}
