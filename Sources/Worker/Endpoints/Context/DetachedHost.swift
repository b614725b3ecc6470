import Dispatch
import Messages

/// Where an application runs that no server serves: in tests, whose test runner has threads of its own.
struct DetachedHost: Host {
    private static let threads = DispatchQueue(label: "blocking", attributes: .concurrent)

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        DetachedHost.threads.async(execute: work)
        return true
    }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        body()
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task { await body() }
    }
}
