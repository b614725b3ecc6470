extension WorkerProgram {
    /// A command of the application's own, for who operates it.
    ///
    /// ```swift
    /// let openapi = WorkerProgram.Command("openapi") { _ in print(try makeAPI(Store()).openAPIDocument().indentedText) }
    /// ```
    public struct Command: Sendable {
        /// Thrown by a command that is given other arguments than it takes: the usage is said, and the exit code is 1.
        public struct UsageError: Error {
            /// The usage says the rest.
            public init() {}
        }

        let name: String
        let arguments: String
        let failureCode: Int32
        let run: @Sendable ([String]) throws -> Void

        /// - Parameters:
        ///   - name: the program's first argument.
        ///   - arguments: what the usage says of the arguments that follow; a command that takes none is not run with some.
        ///   - failureCode: the exit code after an error.
        ///   - run: what it does with the arguments after its name. An error that it throws is logged in one line. What it
        ///     prints and nobody can write is an error too, of exit code 1.
        public init(
            _ name: String, arguments: String = "", failureCode: Int32 = 5,
            run: @escaping @Sendable (_ arguments: [String]) throws -> Void
        ) {
            self.name = name
            self.arguments = arguments
            self.failureCode = failureCode
            self.run = run
        }
    }
}
