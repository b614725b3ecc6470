public import Messages

extension Operation {
    @inlinable
    static func declarations<each Piece: Parameter>(_ parameters: repeat each Piece) -> [ParameterDeclaration] {
        var declarations: [ParameterDeclaration] = []
        for parameter in repeat each parameters { declarations.append(parameter.declaration) }
        return declarations
    }

    /// An answering function from a handler that does not suspend.
    @inlinable
    static func answering<each Piece: Parameter, Result: ResponseConvertible>(
        _ parameters: repeat each Piece, status: Status, run: Execution,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) -> @Sendable (Call) throws -> Answer where repeat (each Piece).Found == (each Piece).Value {
        let respond: @Sendable (Call) throws -> Response = { call in
            try respondingToErrors {
                var issues: [Issue] = []
                let values = (repeat try (each parameters).value(in: call, issues: &issues))
                try check(issues)
                return try handler(repeat (each values).present()).response(status)
            }
        }
        guard run == .loop else { return { call in .blocking { try respond(call) } } }
        return { call in
            do {
                return .now(try respond(call))
            } catch is WouldBlock {
                return .blocking { try respond(call) }
            }
        }
    }

    /// An answering function from a handler that may suspend. What is wrong with the request is found before it starts.
    @inlinable
    static func answering<each Piece: Parameter, Result: ResponseConvertible>(
        _ parameters: repeat each Piece, status: Status,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Result
    ) -> @Sendable (Call) throws -> Answer {
        { call in
            do {
                var issues: [Issue] = []
                let found = (repeat try (each parameters).value(in: call, issues: &issues))
                try check(issues)
                return .later {
                    do {
                        return try await handler(repeat try await (each parameters).finished((each found).present()))
                            .response(status)
                    } catch let error as any ResponseError {
                        return error.response
                    }
                }
            } catch let error as any ResponseError {
                return .now(error.response)
            }
        }
    }

    @usableFromInline
    static func respondingToErrors(_ respond: () throws -> Response) throws -> Response {
        do {
            return try respond()
        } catch let error as any ResponseError {
            return error.response
        }
    }

    /// - Throws: all issues, those of the path first, then of the query, of the headers and of the body.
    @usableFromInline
    static func check(_ issues: [Issue]) throws(ValidationError) {
        guard let first = issues.first else { return }
        if issues.count == 1 { throw ValidationError([first]) }
        let places = ["path", "query", "header", "body"].map { Issue.Step.name($0) }
        let known = places.flatMap { place in issues.filter { $0.location.first == place } }
        let other = issues.filter { issue in !places.contains { issue.location.first == $0 } }
        throw ValidationError(known + other)
    }
}
