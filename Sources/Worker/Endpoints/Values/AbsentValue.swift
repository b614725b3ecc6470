/// A reading that gave neither a value nor an issue: a mistake in a `read` or a `Parameter`, which ends as a 500.
@usableFromInline
struct AbsentValue: Error {
    let type: String

    @usableFromInline
    init(type: String) {
        self.type = type
    }
}

extension Optional {
    @inlinable
    func present() throws(AbsentValue) -> Wrapped {
        guard let self else { throw AbsentValue(type: String(describing: Wrapped.self)) }
        return self
    }
}
