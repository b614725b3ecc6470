import Foundation
import FoundationNetworking
import Messages

/// Sends requests to a running server by URLSession, which is in the toolchain, so that tests need no other package.
struct ServerTransport: TestTransport {
    private let base: String

    init(_ url: String) {
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamingTestResponse {
        guard let url = URL(string: base + target) else {
            throw TestClientError("'\(base + target)' is not a valid URL")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method.rawValue
        // The client's own cookies are in the fields.
        request.httpShouldHandleCookies = false
        for field in fields { request.addValue(field.value, forHTTPHeaderField: field.name) }
        if !body.isEmpty { request.httpBody = Data(body) }
        let delegate = SessionDelegate()
        let session = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        let task = session.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await delegate.begin(task, of: session)
        } onCancel: {
            task.cancel()
        }
    }
}

/// URLSession joins several fields with one name by commas.
enum SetCookieLines {
    /// Splits `set-cookie` at each comma that a name and an equals sign follow, which is true for no comma of a date.
    static func split(_ value: String) -> [String] {
        var lines: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.drop { $0 == " " }.prefix { $0 != "=" }
            let begins =
                name.endIndex < part.endIndex && !name.isEmpty && name.utf8.allSatisfy(TokenCharacters.contains)
            if begins || lines.isEmpty {
                lines.append(String(part.drop { $0 == " " }))
            } else {
                lines[lines.count - 1] += "," + part
            }
        }
        return lines
    }
}

/// One request and its response.
private final class SessionDelegate: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    // Unchecked: the state is set before the task starts; from then on only the session's own serial queue uses it.
    private var head: CheckedContinuation<StreamingTestResponse, any Error>?
    private var content: AsyncThrowingStream<[UInt8], any Error>.Continuation?

    func begin(_ task: URLSessionDataTask, of session: URLSession) async throws -> StreamingTestResponse {
        try await withCheckedThrowingContinuation { continuation in
            head = continuation
            task.resume()
            session.finishTasksAndInvalidate()
        }
    }

    /// Redirects are responses; they are not followed.
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
            return SetCookieLines.split("\(value)").map { Field(name, $0) }
        }
        let (pieces, content) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        content.onTermination = { [weak task] reason in
            if case .cancelled = reason { task?.cancel() }
        }
        self.content = content
        let reason = HTTPURLResponse.localizedString(forStatusCode: response.statusCode)
        head.resume(
            returning: StreamingTestResponse(
                status: Status(response.statusCode, reason), fields: fields, pieces: pieces))
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        content?.yield(Array(data))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let response = task.response { start(response, task) }
        if let head = head.take() {
            head.resume(
                throwing: TestClientError("no response: \(error.map { "\($0)" } ?? "the server closed the connection")")
            )
        }
        content?.finish(throwing: error)
    }
}
