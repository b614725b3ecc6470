import Dispatch
import Messages
import Synchronization

/// Calls the application, as the server's loop does.
final class ApplicationTransport: TestTransport {
    private let application: any Application
    private let host = TestHost()

    init(_ application: any Application) {
        self.application = application
        application.start(on: host)
    }

    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamingTestResponse {
        let answer = try application.answer(Request(method, target, fields: fields, body: body))
        let response: Response
        switch answer {
        case .now(let whole): response = whole
        case .later(let respond): response = try await respond()
        case .blocking(let operation, let respond): response = try await host.blocking(operation, respond)
        }
        guard let stream = response.stream, method != .head else {
            await host.finish(response)
            return StreamingTestResponse(
                status: response.status, fields: response.fields,
                pieces: AsyncThrowingStream { continuation in
                    if method != .head, !response.body.isEmpty { continuation.yield(response.body) }
                    continuation.finish()
                })
        }
        return StreamingTestResponse(
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

/// The host of an application in a test.
private final class TestHost: ApplicationHost {
    /// The tasks in which jobs after a response run.
    private final class Tasks: Sendable {
        private let waiting = Mutex<[Task<Void, Never>]>([])

        func add(_ task: Task<Void, Never>) {
            waiting.withLock { $0.append(task) }
        }

        /// Returns when they and those that they have started have ended.
        func waitForAll() async {
            while let task = waiting.withLock({ $0.popLast() }) { await task.value }
        }
    }

    /// Of the response that has just been sent. Other tasks may run for ever; nothing waits for them.
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

    /// Runs the jobs after a response that has been sent, or whose client has disconnected.
    func finish(_ response: Response) async {
        guard let whenSent = response.whenSent else { return }
        let tasks = Tasks()
        TestHost.$tasks.withValue(tasks) { whenSent() }
        await tasks.waitForAll()
    }
}
