public import Endpoints
public import Serving

extension API {
    /// Runs the API as a worker program: the shortest `main.swift`. For a prestart step, commands of your own, or code around
    /// serving, write a `WorkerProgram`.
    /// - Parameter name: the name of the process in ps and top, at most 15 bytes.
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
