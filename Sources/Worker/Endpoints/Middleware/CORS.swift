public import Messages

/// Lets pages of other origins read the answers, and tells browsers what those may send (the Fetch Standard, section 3.3).
/// The answers are Starlette's.
public struct CORS: InlineMiddleware {
    /// Which of something.
    public enum Allowed: Hashable, Sendable {
        case any
        case only([String])
    }

    private let origins: Allowed
    private let methods: [String]
    /// Nil for any.
    private let headers: [String]?
    /// What every answer to a request with an origin has.
    private let fields: [Field]
    /// What every answer to a preflight has.
    private let preflightFields: [Field]
    /// Whether the origin is named in place of `*`, which browsers do not take together with credentials.
    private let namesOrigin: Bool

    /// - Parameters:
    ///   - origins: as browsers send them, such as `https://shop.example`: no path, no slash at the end.
    ///   - headers: of requests, in any case.
    ///   - exposed: fields of answers that pages may read, such as `x-process-time`.
    ///   - credentials: whether cookies and the like may be sent along.
    ///   - maximumAge: for which a browser may keep what it was told, in seconds.
    public init(
        origins: Allowed, methods: Allowed = .only(["GET"]), headers: Allowed = .only([]), exposed: [String] = [],
        credentials: Bool = false, maximumAge: Int = 600
    ) {
        self.origins = origins
        namesOrigin = origins != .any || credentials
        let always = ["Accept", "Accept-Language", "Content-Language", "Content-Type"]
        let known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]
        let methods = if case .only(let methods) = methods { methods } else { known }
        let headers: [String]? = if case .only(let headers) = headers { Set(headers + always).sorted() } else { nil }
        self.methods = methods
        self.headers = headers

        let star = namesOrigin ? [] : [Field("access-control-allow-origin", "*")]
        let credentials = credentials ? [Field("access-control-allow-credentials", "true")] : []
        let list = exposed.joined(separator: ", ")
        fields = star + credentials + (exposed.isEmpty ? [] : [Field("access-control-expose-headers", list)])
        preflightFields =
            star + credentials + [
                Field("content-type", "text/plain; charset=utf-8"),
                Field("vary", CORS.preflightVary),
                Field("access-control-allow-methods", methods.joined(separator: ", ")),
                Field("access-control-max-age", String(maximumAge)),
            ]
    }

    private static let preflightVary =
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"

    /// Answers a preflight.
    public func before(_ context: Context) -> Response? {
        let request = context.request
        guard request.method == .options, let origin = request.value(of: "origin"),
            let method = request.value(of: "access-control-request-method")
        else { return nil }
        return preflight(request, from: origin, for: method)
    }

    /// Adds to every other answer what browsers look for.
    public func after(_ response: inout Response, _ context: Context) {
        let fields = context.request.value(of: "origin").map(fields(for:)) ?? []
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
        let asked = request.value(of: "access-control-request-headers")
        if let headers {
            fields.append(Field("access-control-allow-headers", headers.joined(separator: ", ")))
            let known = headers.map { $0.lowercased() }
            if let asked, !CORS.names(in: asked).allSatisfy(known.contains) { failures.append("headers") }
        } else if let asked {
            fields.append(Field("access-control-allow-headers", asked))
        }
        if request.value(of: "access-control-request-private-network") != nil { failures.append("private-network") }
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
    /// With these fields in place of others of their names.
    fileprivate func setting(_ fields: [Field]) -> Response {
        guard !fields.isEmpty else { return self }
        var copy = self
        let names = fields.map(\.name)
        copy.fields.removeAll { names.contains($0.name) }
        copy.fields += fields
        return copy
    }

    /// A cache must not give one origin's answer to another.
    fileprivate var varyingByOrigin: Response {
        var copy = self
        let known = fields.filter { $0.name == "vary" }.map(\.value)
        copy.fields.removeAll { $0.name == "vary" }
        copy.fields.append(Field("vary", (known + ["Origin"]).joined(separator: ", ")))
        return copy
    }
}
