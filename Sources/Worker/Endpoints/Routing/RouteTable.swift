internal import Messages

/// All routes, prepared for looking up.
struct RouteTable: Sendable {
    /// A path, and the operations on it. A class, because looking one up must not copy it.
    final class Place: Sendable {
        let template: PathTemplate
        private let routes: [Route]
        /// For a client that asked for another method.
        let refusal: MethodNotAllowedError

        init(_ routes: [Route], at path: String) {
            template = PathTemplate(path)
            self.routes = routes
            refusal = MethodNotAllowedError(allowed: RouteTable.methods(routes))
        }

        /// What answers that method; HEAD is answered as GET (RFC 9110, section 9.3.2).
        func route(for method: Method) -> Route? {
            for route in routes where route.method == method { return route }
            return method == .head ? route(for: .get) : nil
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
        case route(Route, Place)
        /// The path is known, but not with that method.
        case otherMethods(MethodNotAllowedError)
        case nothing
    }

    private var fixed = FixedPaths()
    private let patterns: [Pattern]
    /// Whether any operation reads its content piece by piece.
    private let hasStreams: Bool
    /// To OPTIONS of the whole server (RFC 9110, section 9.3.7).
    let methods: Response

    init(_ routes: [Route]) {
        let methods = RouteTable.methods(routes)
        let all = methods + (methods.contains("OPTIONS") ? [] : ["OPTIONS"])
        self.methods = Response(.ok, fields: [Field("allow", all.joined(separator: ", "))])
        hasStreams = routes.contains { $0.contentMode != .whole }
        var paths: [String] = []
        for route in routes where !paths.contains(route.description.path) { paths.append(route.description.path) }
        let places = paths.map { path in
            (path: Array(path.utf8), place: Place(routes.filter { $0.description.path == path }, at: path))
        }
        let fixedPlaces = places.filter { $0.place.template.isFixed }
        for (path, place) in fixedPlaces { fixed.insert(place, at: path) }
        let ended = fixedPlaces.filter { $0.path.last == UInt8(ascii: "/") }.map { ($0.path.dropLast(), $0.place) }
        patterns = places.filter { !$0.place.template.isFixed }.map { _, place in
            let rivals = ended.filter { place.template.matches($0.0.span) }
            return Pattern(place: place, rivals: rivals.map { (Array($0.0), $0.1) })
        }
    }

    /// Each method once, in the routes' order.
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
        var refusal: MethodNotAllowedError?
        if let place = fixed.place(at: path) {
            if let route = place.route(for: method) { return .route(route, place) }
            refusal = place.refusal
        }
        for pattern in patterns where pattern.place.template.matches(path) {
            if let route = pattern.place.route(for: method) {
                // `/search` means `/search/` when that is fixed, and no `/{id}`.
                for rival in pattern.rivals where path.isEqual(to: rival.path) {
                    if rival.place.route(for: method) != nil { return .nothing }
                }
                return .route(route, pattern.place)
            }
            refusal = refusal ?? pattern.place.refusal
        }
        return refusal.map { .otherMethods($0) } ?? .nothing
    }

    /// How the content of a request is taken.
    /// - Parameter path: decoded.
    func contentMode(_ method: Method, _ path: @autoclosure () -> ArraySlice<UInt8>) -> ContentMode {
        guard hasStreams, case .route(let route, _) = match(method, path().span) else { return .whole }
        return route.contentMode
    }

    /// Where the client is sent when its path, with a slash added or all its last slashes removed, is one that is known.
    /// - Parameter path: decoded.
    func redirection(of path: ArraySlice<UInt8>) -> Location.Change? {
        let slash = UInt8(ascii: "/")
        guard path.last == slash else {
            let longer = path + [slash]
            return isKnown(longer.span) ? .slashAdded : nil
        }
        let shorter = path[..<(path.lastIndex { $0 != slash }.map { $0 + 1 } ?? path.startIndex)]
        return isKnown(shorter.span) ? .slashesRemoved : nil
    }

    private func isKnown(_ path: Span<UInt8>) -> Bool {
        if fixed.place(at: path) != nil { return true }
        for pattern in patterns where pattern.place.template.matches(path) { return true }
        return false
    }
}
