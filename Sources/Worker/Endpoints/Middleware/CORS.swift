public import Messages

/// Cross-origin resource sharing: lets pages of other origins read responses, and answers browsers' preflight requests (Fetch
/// Standard, section 3.3). The responses are those of Starlette's CORSMiddleware.
public struct CORS: InlineMiddleware {
    /// Which origins, methods or headers are allowed.
    public enum Allowed: Hashable, Sendable {
        case any
        case only([String])
    }

    private let origins: Allowed
    private let methods: [String]
    /// Nil for any.
    private let headers: [String]?
    /// On each response to a request with an origin.
    private let fields: [Field]
    /// On each response to a preflight request.
    private let preflightFields: [Field]
    /// Whether responses name the origin, not `*`: browsers reject `*` for requests with credentials.
    private let namesOrigin: Bool

    /// - Parameters:
    ///   - origins: such as `https://shop.example`: without a path, and without a slash at the end.
    ///   - methods: which methods pages may use.
    ///   - headers: which request headers pages may send, in any case.
    ///   - exposedHeaders: which response headers pages may read, such as `x-process-time`.
    ///   - allowsCredentials: whether browsers may send cookies and HTTP credentials.
    ///   - maxAge: how long browsers may cache the response to a preflight request, in whole seconds.
    public init(
        origins: Allowed, methods: Allowed = .only(["GET"]), headers: Allowed = .only([]),
        exposedHeaders: [String] = [], allowsCredentials: Bool = false, maxAge: Duration = .seconds(600)
    ) {
        self.origins = origins
        namesOrigin = origins != .any || allowsCredentials
        let always = ["Accept", "Accept-Language", "Content-Language", "Content-Type"]
        let known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]
        let methods = if case .only(let methods) = methods { methods } else { known }
        let headers: [String]? = if case .only(let headers) = headers { Set(headers + always).sorted() } else { nil }
        self.methods = methods
        self.headers = headers

        let star = namesOrigin ? [] : [Field("access-control-allow-origin", "*")]
        let credentials = allowsCredentials ? [Field("access-control-allow-credentials", "true")] : []
        let list = exposedHeaders.joined(separator: ", ")
        fields = star + credentials + (exposedHeaders.isEmpty ? [] : [Field("access-control-expose-headers", list)])
        preflightFields =
            star + credentials + [
                Field("content-type", "text/plain; charset=utf-8"),
                Field("vary", CORS.preflightVary),
                Field("access-control-allow-methods", methods.joined(separator: ", ")),
                Field("access-control-max-age", String(maxAge.components.seconds)),
            ]
    }

    private static let preflightVary =
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"

    /// Answers a preflight request.
    public func before(_ context: Context) -> Response? {
        let request = context.request
        guard request.method == .options, let origin = request.header("origin"),
            let method = request.header("access-control-request-method")
        else { return nil }
        return preflight(request, from: origin, for: method)
    }

    /// Adds the CORS fields to every other response.
    public func after(_ response: inout Response, _ context: Context) {
        let fields = context.request.header("origin").map(fields(for:)) ?? []
        response = response.setting(fields).varyingByOrigin
    }

    private func fields(for origin: String) -> [Field] {
        namesOrigin && allows(origin) ? fields + [Field("access-control-allow-origin", origin)] : fields
    }

    private func preflight(_ request: Request, from origin: String, for method: String) -> Response {
        var fields = preflightFields
        var failures: [String] = []
        if !allows(origin) {
            failures.append("origin")
        } else if namesOrigin {
            fields.append(Field("access-control-allow-origin", origin))
        }
        if !methods.contains(method) { failures.append("method") }
        let asked = request.header("access-control-request-headers")
        if let headers {
            fields.append(Field("access-control-allow-headers", headers.joined(separator: ", ")))
            let known = headers.map { $0.lowercased() }
            if let asked, !CORS.names(in: asked).allSatisfy(known.contains) { failures.append("headers") }
        } else if let asked {
            fields.append(Field("access-control-allow-headers", asked))
        }
        if request.header("access-control-request-private-network") != nil { failures.append("private-network") }
        guard !failures.isEmpty else { return Response(.ok, fields: fields, body: Array("OK".utf8)) }
        let text = "Disallowed CORS " + failures.joined(separator: ", ")
        return Response(.badRequest, fields: fields, body: Array(text.utf8))
    }

    private func allows(_ origin: String) -> Bool {
        switch origins {
        case .any: true
        case .only(let origins): origins.contains(origin)
        }
    }

    /// In lower case.
    private static func names(in list: String) -> [String] {
        list.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmingSpaces).lowercased() }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let rest = drop { $0 == " " || $0 == "\t" }
        return rest[..<(rest.lastIndex { $0 != " " && $0 != "\t" }.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}

extension Response {
    /// Replaces the fields that have the names of these.
    fileprivate func setting(_ fields: [Field]) -> Response {
        guard !fields.isEmpty else { return self }
        var copy = self
        let names = fields.map(\.name)
        copy.fields.removeAll { names.contains($0.name) }
        copy.fields += fields
        return copy
    }

    /// Tells caches not to serve one origin's response to another.
    fileprivate var varyingByOrigin: Response {
        var copy = self
        let known = fields.filter { $0.name == "vary" }.map(\.value)
        copy.fields.removeAll { $0.name == "vary" }
        copy.fields.append(Field("vary", (known + ["Origin"]).joined(separator: ", ")))
        return copy
    }
}
