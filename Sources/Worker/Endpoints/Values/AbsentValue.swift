/// A reading that gave neither a value nor an issue: a mistake in a `read` or a `Parameter`, which ends as a 500.
struct AbsentValue: Error {
    let type: String
}

extension Optional {
    func present() throws(AbsentValue) -> Wrapped {
        guard let self else { throw AbsentValue(type: String(describing: Wrapped.self)) }
        return self
    }
}
