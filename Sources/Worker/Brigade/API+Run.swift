public import Endpoints
public import Serving

extension API {
    /// Makes a worker's program of the API, and runs it: the shortest `main.swift`. Whoever wants a prestart step, commands
    /// of their own or something around serving writes a `WorkerProgram`.
    /// - Parameter name: the process's name in ps and top, at most 15 bytes.
    public func run(_ name: String) -> Never {
        WorkerProgram(name) { try build() }.run()
    }
}

extension WorkerProgram.Serve {
    /// Builds the API and serves it.
    /// - Throws: the first mistake in the declarations.
    public func callAsFunction(_ api: API) async throws {
        try await self(api.build())
    }
}
