import Dispatch
import Messages
import Synchronization

/// Calls the application, as the server's loop would.
final class ApplicationTransport: TestTransport {
    private let application: any Application
    private let host = TestHost()

    init(_ application: any Application) {
        self.application = application
        application.open(host)
    }

    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamedTestResponse {
        let answer = try application.answer(Request(method, target, fields: fields, body: body))
        let response: Response
        switch answer {
        case .now(let whole): response = whole
        case .later(let respond): response = try await respond()
        case .blocking(let operation, let respond): response = try await host.blocking(operation, respond)
        }
        guard let stream = response.stream, method != .head else {
            await host.finish(response)
            return StreamedTestResponse(
                status: response.status, fields: response.fields,
                pieces: AsyncThrowingStream { continuation in
                    if method != .head, !response.body.isEmpty { continuation.yield(response.body) }
                    continuation.finish()
                })
        }
        return StreamedTestResponse(
            status: response.status, fields: response.fields,
            pieces: AsyncThrowingStream { continuation in
                let task = Task { [host] in
                    do {
                        try await stream.run { piece in
                            if case .terminated = continuation.yield(piece) { throw CancellationError() }
                        }
                        await host.finish(response)
                        continuation.finish()
                    } catch {
                        await host.finish(response)
                        continuation.finish(throwing: error)
                    }
                }
                continuation.onTermination = { _ in task.cancel() }
            })
    }
}

/// What a test offers to an application in place of a server.
final class TestHost: Host {
    /// The tasks that work after an answer runs in.
    private final class Tasks: Sendable {
        private let waiting = Mutex<[Task<Void, Never>]>([])

        func add(_ task: Task<Void, Never>) {
            waiting.withLock { $0.append(task) }
        }

        /// Returns when they have ended, and those that they have started.
        func end() async {
            while let task = waiting.withLock({ $0.popLast() }) { await task.value }
        }
    }

    /// Of the answer that is at its end. Other tasks may run for ever: nobody waits for those.
    @TaskLocal private static var tasks: Tasks?

    private let threads = DispatchQueue(label: "blocking", attributes: .concurrent)

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        threads.async(execute: work)
        return true
    }

    func blocking(
        _ operation: BlockingOperation, _ respond: @escaping @Sendable () throws -> Response
    ) async throws -> Response {
        try await withCheckedThrowingContinuation { continuation in
            threads.async { continuation.resume(with: Result { try respond() }) }
        }
    }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        body()
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        let task = Task { await body() }
        TestHost.tasks?.add(task)
        return task
    }

    /// The answer has been sent, or its client is gone: does what is to be done then.
    func finish(_ response: Response) async {
        guard let whenSent = response.whenSent else { return }
        let tasks = Tasks()
        TestHost.$tasks.withValue(tasks) { whenSent() }
        await tasks.end()
    }
}
