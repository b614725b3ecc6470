/// What stands in for some dependencies' values, in tests.
struct Replacements: Sendable {
    private struct Replacement<Value: Sendable>: Sendable {
        /// Kept, so that no other object can have its identity.
        let dependency: any AnyObject & Sendable
        let make: @Sendable () throws -> Value
    }

    private var replacements: [ObjectIdentifier: any Sendable] = [:]

    mutating func set<Value: Sendable>(
        _ dependency: Dependency<Value>, _ make: @escaping @Sendable () throws -> Value
    ) {
        replacements[ObjectIdentifier(dependency)] = Replacement(dependency: dependency, make: make)
    }

    func value<Value: Sendable>(of dependency: ObjectIdentifier) -> PendingValue<Value>? {
        guard !replacements.isEmpty, let replacement = replacements[dependency] as? Replacement<Value> else {
            return nil
        }
        let make = replacement.make
        return PendingValue(make: make) { try make() }
    }
}
