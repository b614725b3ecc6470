public import Endpoints
public import Messages
public import Serving
import Synchronization

/// Asks an application without a socket: with its middleware, dependencies and cookies, and whatever its program opens
/// around it. The same type asks a server that runs.
///
/// ```swift
/// let client = try TestClient(api)
/// let response = try await client.post("/recipes", json: ["label": "Ramen", "url": "https://example.com/"])
/// #expect(response.status == .created)
/// let recipe = try response.decode(NewRecipe.self)
/// ```
/// Cookies that answers set are sent back. Work after an answer (`Context.afterResponse`) is done when the answer is
/// returned. What belongs to the server's own HTTP is not there without a socket: limits of content, timeouts, fields such
/// as `content-length` and `date`.
public final class TestClient: Sendable {
    private let transport: any TestTransport
    private let cookies = Mutex(CookieJar())
    private let fields: Mutex<[Field]> = Mutex([])

    /// A client of an API, built anew.
    /// - Throws: the first mistake in the declarations.
    public convenience init(_ api: API) throws(DeclarationError) {
        self.init(try api.build())
    }

    /// A client of any application.
    public init(_ application: any Application) {
        transport = ApplicationTransport(application)
    }

    /// A client of a server that runs.
    /// - Parameter url: where, such as `http://127.0.0.1:8001`, without a path.
    public init(server url: String) {
        transport = ServerTransport(url)
    }

    /// Runs a program's scope, and gives a client of the application that it serves; then the program cleans up, as at a
    /// drain. Its prestart step is not run.
    /// - Throws: what the program throws, and what the body throws.
    public static func serving<Value: Sendable>(
        _ program: WorkerProgram, _ body: @escaping @Sendable (TestClient) async throws -> Value
    ) async throws -> Value {
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        try await program.runScope { application in
            let client = TestClient(application)
            do {
                let value = try await body(client)
                outcome.withLock { $0 = .success(value) }
            } catch {
                outcome.withLock { $0 = .failure(error) }
            }
            application.drain()
            await application.stop()
        }
        guard let outcome = outcome.withLock({ $0 }) else {
            throw TestFailure("the program ended without serving anything")
        }
        return try outcome.get()
    }

    /// From now on each request has that field, such as `authorization`; an earlier one of that name goes.
    public func setHeader(_ name: String, _ value: String) {
        let field = Field(name, value)
        fields.withLock { fields in
            fields.removeAll { $0.name == field.name }
            fields.append(field)
        }
    }

    /// Cookies as the client would send them to `/`, by their names.
    public var cookieValues: [String: String] { cookies.withLock { $0.values(for: "/") } }

    // MARK: Requests

    /// Sends a request and reads its answer to the end.
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - headers: beside those of `setHeader`.
    /// - Throws: `TestFailure` when there is no answer. An answer of 4xx or 5xx is an answer.
    public func send(
        _ method: Method, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> TestResponse {
        let streamed = try await stream(method, target, headers: headers, body: body)
        var content: [UInt8] = []
        for try await piece in streamed.pieces { content += piece }
        return TestResponse(status: streamed.status, fields: streamed.fields, body: content)
    }

    /// Sends a request, and gives its answer when the head is there: for events, and other streams without an end. Who reads
    /// no further ends it by forgetting the answer.
    public func stream(
        _ method: Method, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> StreamedTestResponse {
        guard target.hasPrefix("/") else { throw TestFailure("a target starts with a slash, and '\(target)' does not") }
        var all = headers.map { Field($0.key, $0.value) }
        for field in fields.withLock({ $0 }) where !all.contains(where: { $0.name == field.name }) { all.append(field) }
        let path = String(target.prefix { $0 != "?" })
        if let line = cookies.withLock({ $0.line(for: path) }), !all.contains(where: { $0.name == "cookie" }) {
            all.append(Field("cookie", line))
        }
        let response = try await transport.send(method, target, all, body)
        cookies.withLock { $0.take(response.fields, path: path) }
        return response
    }

    /// GET.
    public func get(_ target: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.get, target, headers: headers)
    }

    /// DELETE.
    public func delete(_ target: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.delete, target, headers: headers)
    }

    /// POST with a value as JSON.
    public func post(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.post, target, json: json, headers: headers)
    }

    /// POST with JSON as it is written down: `json: ["title": "Buy rice"]`.
    public func post(_ target: String, json: JSON, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.post, target, json: json, headers: headers)
    }

    /// POST with the fields of a form, as a browser sends them.
    public func post(
        _ target: String, form: KeyValuePairs<String, String>, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let pairs = form.map { PercentEncoding.formText($0.key) + "=" + PercentEncoding.formText($0.value) }
        let type = ["content-type": "application/x-www-form-urlencoded"]
        return try await send(
            .post, target, headers: type.merging(headers) { $1 }, body: Array(pairs.joined(separator: "&").utf8))
    }

    /// PUT with a value as JSON.
    public func put(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.put, target, json: json, headers: headers)
    }

    /// PUT with JSON as it is written down.
    public func put(_ target: String, json: JSON, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.put, target, json: json, headers: headers)
    }

    /// PATCH with a value as JSON.
    public func patch(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.patch, target, json: json, headers: headers)
    }

    /// PATCH with JSON as it is written down.
    public func patch(_ target: String, json: JSON, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.patch, target, json: json, headers: headers)
    }

    private func send(
        _ method: Method, _ target: String, json: some ResponseValue, headers: [String: String]
    ) async throws -> TestResponse {
        var writer = JSONWriter()
        json.write(to: &writer)
        let type = ["content-type": "application/json"]
        return try await send(method, target, headers: type.merging(headers) { $1 }, body: writer.bytes)
    }
}

/// Why there is no answer, or none of the type that was asked for.
public struct TestFailure: Error, CustomStringConvertible {
    /// In a line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension PercentEncoding {
    /// As a browser writes a form's text (URL Standard, section 5.2).
    fileprivate static func formText(_ text: String) -> String { form.encode(text).replacing("%20", with: "+") }
}
