import Messages

/// A server's loop as far as an application's sharing of a pass goes: `endPass` ends one. It has one thread, that of its
/// test.
final class PassHost: ApplicationHost {
    private nonisolated(unsafe) var bodies: [@Sendable () -> Void] = []

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool { false }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        bodies.append(body)
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task {} }

    func endPass() {
        let due = bodies
        bodies = []
        for body in due { body() }
    }
}
