internal import Messages

/// All routes, prepared for looking up.
struct RouteTable: Sendable {
    /// A path, and the operations on it. A class, because looking one up must not copy it.
    final class Place: Sendable {
        private struct Handler: Sendable {
            let method: Method
            let answer: @Sendable (Call) throws -> Answer
            let contentMode: ContentMode
        }

        let template: PathTemplate
        private let handlers: [Handler]
        /// For a client that asked for another method.
        let refusal: Response

        init(_ operations: [Operation], at path: String) {
            template = PathTemplate(path)
            handlers = operations.map {
                Handler(method: $0.method, answer: $0.answer, contentMode: $0.contentMode)
            }
            let methods = operations.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
            let allow = [Field("allow", methods.joined(separator: ", "))]
            refusal = .detail(.methodNotAllowed, "Method Not Allowed", fields: allow)
        }

        /// What answers that method; HEAD is answered as GET (RFC 9110, section 9.3.2).
        func answer(for method: Method) -> (@Sendable (Call) throws -> Answer)? {
            for handler in handlers where handler.method == method { return handler.answer }
            return method == .head ? answer(for: .get) : nil
        }

        func contentMode(for method: Method) -> ContentMode {
            for handler in handlers where handler.method == method { return handler.contentMode }
            return method == .head ? contentMode(for: .get) : .whole
        }
    }

    /// A place whose path has parameters.
    private struct Pattern: Sendable {
        let place: Place
        /// Fixed paths that end with a slash, without which this pattern would match them.
        let rivals: [(path: [UInt8], place: Place)]
    }

    /// What a path is.
    enum Match {
        case operation(answer: @Sendable (Call) throws -> Answer, Place)
        /// The path is known, but not with that method.
        case otherMethods(Response)
        case nothing
    }

    private var fixed = FixedPaths()
    private let patterns: [Pattern]
    /// Whether any operation reads its content piece by piece.
    private let hasStreams: Bool

    init(_ operations: [Operation]) {
        hasStreams = operations.contains { $0.contentMode != .whole }
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path) { paths.append(operation.path) }
        let places = paths.map { path in
            (path: Array(path.utf8), place: Place(operations.filter { $0.path == path }, at: path))
        }
        let fixedPlaces = places.filter { $0.place.template.isFixed }
        for (path, place) in fixedPlaces { fixed.insert(place, at: path) }
        let ended = fixedPlaces.filter { $0.path.last == UInt8(ascii: "/") }.map { ($0.path.dropLast(), $0.place) }
        patterns = places.filter { !$0.place.template.isFixed }.map { _, place in
            let rivals = ended.filter { place.template.matches($0.0.span) }
            return Pattern(place: place, rivals: rivals.map { (Array($0.0), $0.1) })
        }
    }

    /// - Parameter path: decoded.
    func match(_ method: Method, _ path: Span<UInt8>) -> Match {
        var refusal: Response?
        if let place = fixed.place(at: path) {
            if let answer = place.answer(for: method) { return .operation(answer: answer, place) }
            refusal = place.refusal
        }
        for pattern in patterns where pattern.place.template.matches(path) {
            if let answer = pattern.place.answer(for: method) {
                // `/search` means `/search/` when that is fixed, and no `/{id}`.
                for rival in pattern.rivals where path.isEqual(to: rival.path) {
                    if rival.place.answer(for: method) != nil { return .nothing }
                }
                return .operation(answer: answer, pattern.place)
            }
            refusal = refusal ?? pattern.place.refusal
        }
        return refusal.map { .otherMethods($0) } ?? .nothing
    }

    /// How the content of a request is taken.
    /// - Parameter path: decoded.
    func contentMode(_ method: Method, _ path: @autoclosure () -> ArraySlice<UInt8>) -> ContentMode {
        guard hasStreams, case .operation(_, let place) = match(method, path().span) else { return .whole }
        return place.contentMode(for: method)
    }

    /// Where the client is sent when its path, with a slash added or all its last slashes removed, is one that is known.
    /// - Parameter path: decoded.
    func redirection(of path: ArraySlice<UInt8>) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        let last = path.lastIndex { $0 != slash }
        let other = path.last == slash ? Array(path[..<(last.map { $0 + 1 } ?? path.startIndex)]) : path + [slash]
        return isKnown(other.span) ? other : nil
    }

    private func isKnown(_ path: Span<UInt8>) -> Bool {
        if fixed.place(at: path) != nil { return true }
        for pattern in patterns where pattern.place.template.matches(path) { return true }
        return false
    }
}
