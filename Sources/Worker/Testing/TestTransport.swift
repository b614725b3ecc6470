import Messages

/// How a test client's requests reach what answers them.
protocol TestTransport: Sendable {
    func send(
        _ method: Method, _ target: String, _ fields: [Field], _ body: [UInt8]
    ) async throws -> StreamedTestResponse
}
