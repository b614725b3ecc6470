import Foundation
import FoundationNetworking
import Messages

/// Asks a server by URLSession, which is in the toolchain: tests need no further package.
struct ServerTransport: TestTransport {
    private let base: String

    init(_ url: String) {
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamedTestResponse {
        guard let url = URL(string: base + target) else { throw TestFailure("'\(base + target)' is no URL") }
        var request = URLRequest(url: url)
        request.httpMethod = method.rawValue
        // The client's own cookies are in the fields.
        request.httpShouldHandleCookies = false
        for field in fields { request.addValue(field.value, forHTTPHeaderField: field.name) }
        if !body.isEmpty { request.httpBody = Data(body) }
        let exchange = Exchange()
        let session = URLSession(configuration: .ephemeral, delegate: exchange, delegateQueue: nil)
        let task = session.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await exchange.begin(task, of: session)
        } onCancel: {
            task.cancel()
        }
    }
}

/// URLSession gives several fields of one name as one, with commas between.
enum SetCookieLines {
    /// Each cookie by itself: at a comma after which a name and an equals sign come, as they do after none of a date's.
    static func cut(_ value: String) -> [String] {
        var lines: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.drop { $0 == " " }.prefix { $0 != "=" }
            let begins = name.endIndex < part.endIndex && !name.isEmpty && name.utf8.allSatisfy(Token.holds)
            if begins || lines.isEmpty {
                lines.append(String(part.drop { $0 == " " }))
            } else {
                lines[lines.count - 1] += "," + part
            }
        }
        return lines
    }
}

/// One request and its answer.
private final class Exchange: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    // Unchecked: set before the task begins; from then on only the session's own serial queue calls.
    private var head: CheckedContinuation<StreamedTestResponse, any Error>?
    private var content: AsyncThrowingStream<[UInt8], any Error>.Continuation?

    func begin(_ task: URLSessionDataTask, of session: URLSession) async throws -> StreamedTestResponse {
        try await withCheckedThrowingContinuation { continuation in
            head = continuation
            task.resume()
            session.finishTasksAndInvalidate()
        }
    }

    /// Redirections are answers.
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        start(response, dataTask)
        completionHandler(.allow)
    }

    private func start(_ response: URLResponse, _ task: URLSessionTask) {
        guard let response = response as? HTTPURLResponse, let head = head.take() else { return }
        let fields = response.allHeaderFields.flatMap { name, value in
            guard let name = name as? String else { return [Field]() }
            guard name.lowercased() == "set-cookie" else { return [Field(name, "\(value)")] }
            return SetCookieLines.cut("\(value)").map { Field(name, $0) }
        }
        let (pieces, content) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        content.onTermination = { [weak task] reason in
            if case .cancelled = reason { task?.cancel() }
        }
        self.content = content
        let reason = HTTPURLResponse.localizedString(forStatusCode: response.statusCode)
        head.resume(
            returning: StreamedTestResponse(
                status: Status(response.statusCode, reason), fields: fields, pieces: pieces))
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        content?.yield(Array(data))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let response = task.response { start(response, task) }
        if let head = head.take() {
            head.resume(throwing: TestFailure("no answer: \(error.map { "\($0)" } ?? "nothing came")"))
        }
        content?.finish(throwing: error)
    }
}
