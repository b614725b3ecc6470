internal import Messages

/// All routes, prepared for looking up.
struct RouteTable: Sendable {
    /// A path, and the operations on it. A class, because looking one up must not copy it.
    final class Place: Sendable {
        let template: PathTemplate
        let names: [String]
        let operations: [(method: Method, answer: @Sendable (Call) throws -> Answer)]
        /// For a client that asked for another method.
        let refusal: Response

        init(_ operations: [Operation], at path: String) {
            template = PathTemplate(path)
            names = template.names
            self.operations = operations.map { ($0.method, $0.answer) }
            let methods = operations.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
            let allow = [Field("allow", methods.joined(separator: ", "))]
            refusal = .detail(.methodNotAllowed, "Method Not Allowed", fields: allow)
        }

        /// What answers that method; HEAD is answered as GET (RFC 9110, section 9.3.2).
        func answer(for method: Method) -> (@Sendable (Call) throws -> Answer)? {
            operations.first { $0.method == method }?.answer
                ?? (method == .head ? operations.first { $0.method == .get }?.answer : nil)
        }
    }

    /// What a path is.
    enum Match {
        case operation(answer: @Sendable (Call) throws -> Answer, MatchedPath)
        /// The path is known, but not with that method.
        case otherMethods(Response)
        case nothing
    }

    private var fixed = FixedPaths()
    private var patterns: [Place] = []

    init(_ operations: [Operation]) {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path) { paths.append(operation.path) }
        for path in paths {
            let place = Place(operations.filter { $0.path == path }, at: path)
            if place.template.isFixed {
                fixed.insert(place, at: Array(path.utf8))
            } else {
                patterns.append(place)
            }
        }
    }

    /// - Parameter path: decoded.
    func match(_ method: Method, _ path: ArraySlice<UInt8>) -> Match {
        var refusal: Response?
        if let place = fixed.place(at: path) {
            if let answer = place.answer(for: method) {
                return .operation(answer: answer, MatchedPath(bytes: path, names: [], ranges: []))
            }
            refusal = place.refusal
        }
        for place in patterns {
            guard let ranges = place.template.match(path) else { continue }
            if let answer = place.answer(for: method) {
                // `/search` means `/search/` when that is fixed, and no `/{id}`.
                if fixed.place(at: path, withSlash: true)?.answer(for: method) != nil { return .nothing }
                return .operation(answer: answer, MatchedPath(bytes: path, names: place.names, ranges: ranges))
            }
            refusal = refusal ?? place.refusal
        }
        return refusal.map { .otherMethods($0) } ?? .nothing
    }

    /// Where the client is sent when its path, with a slash added or all its last slashes removed, is one that is known.
    /// - Parameter path: decoded.
    func redirection(of path: ArraySlice<UInt8>) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        let last = path.lastIndex { $0 != slash }
        let other = path.last == slash ? Array(path[..<(last.map { $0 + 1 } ?? path.startIndex)]) : path + [slash]
        return isKnown(other[...]) ? other : nil
    }

    private func isKnown(_ path: ArraySlice<UInt8>) -> Bool {
        fixed.place(at: path) != nil || patterns.contains { $0.template.match(path) != nil }
    }
}
