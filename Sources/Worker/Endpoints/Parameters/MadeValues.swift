/// What the dependencies of one request have made, so that each is asked once.
///
/// Unchecked: a request's parameters are read by one thread at a time, that of the loop, or one of the blocking pool to
/// which the loop has given the request.
final class MadeValues: @unchecked Sendable {
    private struct Made<Value: Sendable>: Sendable {
        /// Nil when its parameters were wrong, which has been said then.
        let value: Value?
    }

    private let replacements: Replacements
    private var values: [ObjectIdentifier: any Sendable] = [:]

    init(_ replacements: Replacements) {
        self.replacements = replacements
    }

    func value<Value: Sendable>(of dependency: Dependency<Value>, make: () throws -> Value?) throws -> Value? {
        let identity = ObjectIdentifier(dependency)
        if let made = values[identity] as? Made<Value> { return made.value }
        let value = try replacements.value(of: dependency) ?? make()
        values[identity] = Made(value: value)
        return value
    }
}

/// What is made in place of some dependencies' values, in tests.
struct Replacements: Sendable {
    private struct Replacement<Value: Sendable>: Sendable {
        /// Kept, so that no other object can have its identity.
        let dependency: Dependency<Value>
        let make: @Sendable () throws -> Value
    }

    private var replacements: [ObjectIdentifier: any Sendable] = [:]

    mutating func set<Value: Sendable>(
        _ dependency: Dependency<Value>, _ make: @escaping @Sendable () throws -> Value
    ) {
        replacements[ObjectIdentifier(dependency)] = Replacement(dependency: dependency, make: make)
    }

    func value<Value: Sendable>(of dependency: Dependency<Value>) throws -> Value? {
        guard !replacements.isEmpty else { return nil }
        return try (replacements[ObjectIdentifier(dependency)] as? Replacement<Value>)?.make()
    }
}
