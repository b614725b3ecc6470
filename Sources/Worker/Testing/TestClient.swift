public import Endpoints
public import Messages
public import Serving
import Synchronization

/// Sends requests to an application without a socket: with its middleware, its dependencies, cookies, and what its program sets
/// up around it. The same type can send requests to a running server.
///
/// ```swift
/// let client = try TestClient(api)
/// let response = try await client.post("/recipes", json: ["label": "Ramen", "url": "https://example.com/"])
/// #expect(response.status == .created)
/// let recipe = try response.decode(NewRecipe.self)
/// ```
/// Cookies that responses set are sent back. Jobs after a response (`Context.afterResponse`) have ended when the response is
/// returned. Without a socket there is nothing that belongs to the server: no content limits, no timeouts, no fields such as
/// `content-length` and `date`.
public final class TestClient: Sendable {
    private let transport: any TestTransport
    private let cookies = Mutex(CookieJar())
    private let fields: Mutex<[Field]> = Mutex([])

    /// A client of an API, which is built here.
    /// - Throws: the first mistake in the declarations.
    public convenience init(_ api: API) throws(DeclarationError) {
        self.init(try api.build())
    }

    /// A client of any application.
    public init(_ application: any Application) {
        transport = ApplicationTransport(application)
    }

    /// A client of a running server.
    /// - Parameter url: without a path, such as `http://127.0.0.1:8001`.
    public init(server url: String) {
        transport = ServerTransport(url)
    }

    /// Runs a worker program up to its `serve` call, passes a client of the application to `body`, and then drains the program.
    /// The prestart step is not run.
    /// - Throws: what the program throws, and what `body` throws.
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
            throw TestClientError("the program ended without calling serve")
        }
        return try outcome.get()
    }

    /// Sends that field, such as `authorization`, with every request from now on. It replaces an earlier one with the same name.
    public func setHeader(_ name: String, _ value: String) {
        let field = Field(name, value)
        fields.withLock { fields in
            fields.removeAll { $0.name == field.name }
            fields.append(field)
        }
    }

    /// The cookies that the client would send to `/`, by name.
    public var cookieValues: [String: String] { cookies.withLock { $0.values(for: "/") } }

    // MARK: Requests

    /// Sends a request and reads the whole response.
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - headers: in addition to those of `setHeader`.
    /// - Throws: `TestClientError` if there is no response. A 4xx or 5xx is a response.
    public func send(
        _ method: Method, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> TestResponse {
        let streamed = try await stream(method, target, headers: headers, body: body)
        var content: [UInt8] = []
        for try await piece in streamed.pieces { content += piece }
        return TestResponse(status: streamed.status, fields: streamed.fields, body: content)
    }

    /// Sends a request and returns the response when its head has arrived: for server-sent events and other endless streams.
    /// Releasing the response cancels it.
    public func stream(
        _ method: Method, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> StreamingTestResponse {
        guard target.hasPrefix("/") else { throw TestClientError("the target '\(target)' does not start with a slash") }
        var all = headers.map { Field($0.key, $0.value) }
        for field in fields.withLock({ $0 }) where !all.contains(where: { $0.name == field.name }) { all.append(field) }
        let path = String(target.prefix { $0 != "?" })
        if let line = cookies.withLock({ $0.fieldValue(for: path) }), !all.contains(where: { $0.name == "cookie" }) {
            all.append(Field("cookie", line))
        }
        let response = try await transport.send(method, target, all, body)
        cookies.withLock { $0.store(response.fields, path: path) }
        return response
    }

    /// Sends a GET.
    public func get(_ target: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.get, target, headers: headers)
    }

    /// Sends a DELETE.
    public func delete(_ target: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.delete, target, headers: headers)
    }

    /// Sends a POST with a value as JSON.
    public func post(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.post, target, json: json, headers: headers)
    }

    /// Sends a POST with literal JSON: `json: ["title": "Buy rice"]`.
    public func post(_ target: String, json: JSON, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.post, target, json: json, headers: headers)
    }

    /// Sends a POST with the fields of a form, as a browser does.
    public func post(
        _ target: String, form: KeyValuePairs<String, String>, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let pairs = form.map { PercentEncoding.formText($0.key) + "=" + PercentEncoding.formText($0.value) }
        let type = ["content-type": "application/x-www-form-urlencoded"]
        return try await send(
            .post, target, headers: type.merging(headers) { $1 }, body: Array(pairs.joined(separator: "&").utf8))
    }

    /// Sends a PUT with a value as JSON.
    public func put(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.put, target, json: json, headers: headers)
    }

    /// Sends a PUT with literal JSON.
    public func put(_ target: String, json: JSON, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send(.put, target, json: json, headers: headers)
    }

    /// Sends a PATCH with a value as JSON.
    public func patch(
        _ target: String, json: some ResponseValue, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await send(.patch, target, json: json, headers: headers)
    }

    /// Sends a PATCH with literal JSON.
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

/// There is no response, or its content is not what was asked for.
public struct TestClientError: Error, CustomStringConvertible {
    /// The reason.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension PercentEncoding {
    /// As a browser encodes a form's text (URL Standard, section 5.2).
    fileprivate static func formText(_ text: String) -> String { form.encode(text).replacing("%20", with: "+") }
}

/// How a test client's requests are sent.
protocol TestTransport: Sendable {
    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamingTestResponse
}
