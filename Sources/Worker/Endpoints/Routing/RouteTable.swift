internal import Messages

/// All routes of an API, prepared for lookup.
struct RouteTable: Sendable {
    /// A path and the routes on it. A class, so that a lookup copies nothing.
    final class Entry: Sendable {
        let template: PathTemplate
        private let routes: [Route]
        /// For requests with another method.
        let methodNotAllowed: MethodNotAllowedError

        init(_ routes: [Route], at path: String) {
            template = PathTemplate(path)
            self.routes = routes
            methodNotAllowed = MethodNotAllowedError(allowed: RouteTable.methods(routes))
        }

        /// The route for a method. HEAD is answered as GET (RFC 9110, section 9.3.2).
        func route(for method: Method) -> Route? {
            for route in routes where route.method == method { return route }
            return method == .head ? route(for: .get) : nil
        }
    }

    /// A path with parameters.
    private struct TemplateEntry: Sendable {
        let entry: Entry
        /// Literal paths that end with a slash, and that the template would match without it.
        let literalRivals: [(path: [UInt8], entry: Entry)]
    }

    /// The result of a lookup.
    enum Match {
        case route(Route, Entry)
        /// The path is known, but not with that method.
        case methodNotAllowed(MethodNotAllowedError)
        case notFound
    }

    private var literals = LiteralPaths()
    private let templates: [TemplateEntry]
    /// Whether any route streams its content.
    private let hasStreams: Bool
    /// By the routes' numbers.
    let names: [RouteName]
    /// The response to OPTIONS of the whole server (RFC 9110, section 9.3.7).
    let allowedMethods: Response

    init(_ routes: [Route]) {
        let methods = RouteTable.methods(routes)
        let all = methods + (methods.contains("OPTIONS") ? [] : ["OPTIONS"])
        allowedMethods = Response(.ok, fields: [Field("allow", all.joined(separator: ", "))])
        names = routes.map { RouteName(method: $0.method, template: $0.description.path) }
        hasStreams = routes.contains { $0.contentMode != .whole }
        var paths: [String] = []
        for route in routes where !paths.contains(route.description.path) { paths.append(route.description.path) }
        let entries = paths.map { path in
            (path: Array(path.utf8), entry: Entry(routes.filter { $0.description.path == path }, at: path))
        }
        let literalEntries = entries.filter { $0.entry.template.isLiteral }
        for (path, entry) in literalEntries { literals.insert(entry, at: path) }
        let ended = literalEntries.filter { $0.path.last == UInt8(ascii: "/") }.map { ($0.path.dropLast(), $0.entry) }
        templates = entries.filter { !$0.entry.template.isLiteral }.map { _, entry in
            let rivals = ended.filter { entry.template.matches($0.0.span) }
            return TemplateEntry(entry: entry, literalRivals: rivals.map { (Array($0.0), $0.1) })
        }
    }

    /// Each method once, in the order of the routes.
    private static func methods(_ routes: [Route]) -> [String] {
        var methods: [String] = []
        for method in routes.flatMap({ $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] })
        where !methods.contains(method) {
            methods.append(method)
        }
        return methods
    }

    /// - Parameter path: decoded.
    func match(_ method: Method, _ path: Span<UInt8>) -> Match {
        var methodNotAllowed: MethodNotAllowedError?
        if let entry = literals.entry(at: path) {
            if let route = entry.route(for: method) { return .route(route, entry) }
            methodNotAllowed = entry.methodNotAllowed
        }
        for template in templates where template.entry.template.matches(path) {
            if let route = template.entry.route(for: method) {
                // If there is a route `/search/`, then `/search` is redirected to it, and is not an `/{id}`.
                for rival in template.literalRivals where path.isEqual(to: rival.path) {
                    if rival.entry.route(for: method) != nil { return .notFound }
                }
                return .route(route, template.entry)
            }
            methodNotAllowed = methodNotAllowed ?? template.entry.methodNotAllowed
        }
        return methodNotAllowed.map { .methodNotAllowed($0) } ?? .notFound
    }

    /// Whether the content of a request is received before its handler runs.
    /// - Parameter path: decoded.
    func contentMode(_ method: Method, _ path: @autoclosure () -> ArraySlice<UInt8>) -> ContentMode {
        guard hasStreams, case .route(let route, _) = match(method, path().span) else { return .whole }
        return route.contentMode
    }

    /// How to change an unknown path to a known one: by adding a slash, or by removing all its trailing slashes.
    /// - Parameter path: decoded.
    func redirect(for path: ArraySlice<UInt8>) -> RedirectLocation.Change? {
        let slash = UInt8(ascii: "/")
        guard path.last == slash else {
            let longer = path + [slash]
            return isKnown(longer.span) ? .addingSlash : nil
        }
        let shorter = path[..<(path.lastIndex { $0 != slash }.map { $0 + 1 } ?? path.startIndex)]
        return isKnown(shorter.span) ? .removingSlashes : nil
    }

    private func isKnown(_ path: Span<UInt8>) -> Bool {
        if literals.entry(at: path) != nil { return true }
        for template in templates where template.entry.template.matches(path) { return true }
        return false
    }
}

/// The paths without parameters: a hash table that is looked up with bytes of the request, without an allocation.
private struct LiteralPaths: Sendable {
    private struct LiteralPath: Sendable {
        let path: [UInt8]
        let entry: RouteTable.Entry
    }

    private var buckets: [[LiteralPath]] = Array(repeating: [], count: 64)

    mutating func insert(_ entry: RouteTable.Entry, at path: [UInt8]) {
        buckets[LiteralPaths.bucket(of: path.span)].append(LiteralPath(path: path, entry: entry))
    }

    func entry(at path: Span<UInt8>) -> RouteTable.Entry? {
        for known in buckets[LiteralPaths.bucket(of: path)] where path.isEqual(to: known.path) { return known.entry }
        return nil
    }

    private static func bucket(of path: Span<UInt8>) -> Int {
        let hash = path.fnv1aHash
        return Int(hash >> 16 ^ hash) & 63
    }
}

/// An operation as it is served. A class, so that a lookup copies nothing.
final class Route: Sendable {
    /// Its index in `RouteTable.names`.
    let number: Int
    let description: MatchedRoute
    let contentMode: ContentMode
    let blocking: BlockingOperation
    /// Whether it has no middleware, and its parameters read the request only: it needs no `RequestState`.
    let needsRequestOnly: Bool
    /// The API's, its routers' and its own.
    let middleware: MiddlewareChain
    let respond: @Sendable (Context) throws -> Answer

    var method: Method { description.method }

    /// - Parameter middleware: the API's.
    init(_ operation: Operation, number: Int, _ middleware: [any Middleware], _ runtime: APIRuntime) {
        self.number = number
        description = MatchedRoute(method: operation.method, path: operation.path, name: operation.name)
        contentMode = operation.contentMode
        blocking = operation.blocking
        self.middleware = MiddlewareChain(middleware + operation.middleware)
        needsRequestOnly = self.middleware.isEmpty && !operation.needsState
        respond = operation.makeResponder(OperationEnvironment(runtime, operation.dependencies))
    }
}

/// The decoded path of a request, and the entry that matches it.
struct MatchedPath: Sendable {
    let bytes: ArraySlice<UInt8>
    let entry: RouteTable.Entry

    func route(for method: Method) -> Route? { entry.route(for: method) }

    /// The value of a parameter. It is found when it is asked for, so that a match allocates nothing.
    func bytes(of name: String) -> ArraySlice<UInt8>? {
        guard let range = entry.template.range(of: name, in: bytes.span) else { return nil }
        return bytes[(bytes.startIndex + range.lowerBound)..<(bytes.startIndex + range.upperBound)]
    }
}
