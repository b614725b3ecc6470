public import Messages

// Handlers that do not suspend.
extension Routes {
    /// Declares an endpoint for GET. See `on`.
    @inlinable
    public mutating func get<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ description: String, _ parameters: repeat each Piece, status: Status = .ok,
        errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        on(
            .get, path, name: name, description, repeat each parameters, status: status, errors: errors, run: run,
            isDocumented: isDocumented, handler: handler)
    }

    /// Declares an endpoint for POST. See `on`.
    @inlinable
    public mutating func post<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ description: String, _ parameters: repeat each Piece, status: Status = .ok,
        errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        on(
            .post, path, name: name, description, repeat each parameters, status: status, errors: errors, run: run,
            isDocumented: isDocumented, handler: handler)
    }

    /// Declares an endpoint for PUT. See `on`.
    @inlinable
    public mutating func put<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ description: String, _ parameters: repeat each Piece, status: Status = .ok,
        errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        on(
            .put, path, name: name, description, repeat each parameters, status: status, errors: errors, run: run,
            isDocumented: isDocumented, handler: handler)
    }

    /// Declares an endpoint for PATCH. See `on`.
    @inlinable
    public mutating func patch<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ description: String, _ parameters: repeat each Piece, status: Status = .ok,
        errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        on(
            .patch, path, name: name, description, repeat each parameters, status: status, errors: errors, run: run,
            isDocumented: isDocumented, handler: handler)
    }

    /// Declares an endpoint for DELETE. See `on`.
    @inlinable
    public mutating func delete<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ description: String, _ parameters: repeat each Piece, status: Status = .ok,
        errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        on(
            .delete, path, name: name, description, repeat each parameters, status: status, errors: errors, run: run,
            isDocumented: isDocumented, handler: handler)
    }
}
