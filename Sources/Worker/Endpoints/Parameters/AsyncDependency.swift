/// A dependency whose value must be awaited, such as the answer of another service. Only `async` handlers, and other
/// dependencies like this one, can ask for it.
///
/// Its parameters are read and checked with all the others, before anything is awaited; then values are made one after
/// another, in the order in which the handler asks for them. See `Dependency` for the rest.
public final class AsyncDependency<Value: Sendable>: Parameter {
    private let parameters: [ParameterDeclaration]
    private let find: @Sendable (Call, inout [Issue]) throws -> AwaitedValue<Value>?

    // `@concurrent`: see `Verb`.
    /// - Parameters:
    ///   - parameters: what it is made of; other dependencies too.
    ///   - make: starts on the loop and is resumed there. What it throws is answered like what a handler throws.
    public init<each Piece: Parameter>(
        _ parameters: repeat each Piece,
        make: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Value
    ) {
        self.parameters = Operation.declarations(repeat each parameters)
        find = { call, issues in
            let known = issues.count
            let found = (repeat try (each parameters).value(in: call, issues: &issues))
            guard issues.count == known else { return nil }
            return AwaitedValue {
                try await make(repeat try await (each parameters).finished((each found).present()))
            }
        }
    }

    /// Its parameters.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(dependency: ObjectIdentifier(self), of: parameters)
    }

    /// Reads its parameters, unless this request has it already.
    public func value(in call: Call, issues: inout [Issue]) throws -> AwaitedValue<Value>? {
        guard let made = call.made else { return try find(call, &issues) }
        return try made.value(of: self) { try find(call, &issues) }
    }

    /// Makes the value, unless this request has it already.
    public func finished(_ found: AwaitedValue<Value>) async throws -> Value { try await found.value() }
}

/// The value of a dependency in one request, made when it is first awaited.
///
/// Unchecked: all that awaits it is the one task of one request, in which values are made one after another.
public final class AwaitedValue<Value: Sendable>: @unchecked Sendable {
    private let make: @Sendable () async throws -> Value
    private var made: Value?

    init(_ make: @escaping @Sendable () async throws -> Value) {
        self.make = make
    }

    func value() async throws -> Value {
        if let made { return made }
        let value = try await make()
        made = value
        return value
    }
}
