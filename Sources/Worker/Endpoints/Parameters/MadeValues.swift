/// What the dependencies of one request have made, so that each is asked once.
///
/// Unchecked: a request's parameters are read by one thread at a time, that of the loop, or one of the blocking pool to
/// which the loop has given the request.
final class MadeValues: @unchecked Sendable {
    private struct Made<Found: Sendable>: Sendable {
        /// Nil when its parameters were wrong, which has been said then.
        let found: Found?
    }

    private let replacements: Replacements
    private var values: [ObjectIdentifier: any Sendable] = [:]

    init(_ replacements: Replacements) {
        self.replacements = replacements
    }

    func value<Found: Sendable>(of dependency: AnyObject, find: () throws -> Found?) throws -> Found? {
        let identity = ObjectIdentifier(dependency)
        if let made = values[identity] as? Made<Found> { return made.found }
        let found = try replacements.value(of: identity) ?? find()
        values[identity] = Made(found: found)
        return found
    }
}

/// What is found in place of some dependencies' values, in tests.
struct Replacements: Sendable {
    private struct Replacement<Found: Sendable>: Sendable {
        /// Kept, so that no other object can have its identity.
        let dependency: any AnyObject & Sendable
        let find: @Sendable () throws -> Found
    }

    private var replacements: [ObjectIdentifier: any Sendable] = [:]

    mutating func set<Found: Sendable>(
        _ dependency: any AnyObject & Sendable, _ find: @escaping @Sendable () throws -> Found
    ) {
        replacements[ObjectIdentifier(dependency)] = Replacement(dependency: dependency, find: find)
    }

    fileprivate func value<Found: Sendable>(of dependency: ObjectIdentifier) throws -> Found? {
        guard !replacements.isEmpty else { return nil }
        return try (replacements[dependency] as? Replacement<Found>)?.find()
    }
}
