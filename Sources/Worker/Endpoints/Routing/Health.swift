internal import Messages

/// The endpoints for load balancers and orchestrators: `/health/live` and `/health/ready`.
public struct Health: Sendable {
    private let problem: @Sendable () throws -> String?

    /// - Parameter problem: returns why the application cannot serve requests now; nil if it can. It is called on the loop, and
    ///   may throw `WouldBlock` to be called again on the blocking pool.
    public init(problem: @escaping @Sendable () throws -> String? = { nil }) {
        self.problem = problem
    }

    /// Pass it to `API.include`.
    public var router: Router {
        var router = Router(prefix: "/health", tags: ["health"])
        router.get("/live", name: "live", description: "Whether the server answers", run: .inline) {
            HealthResponse.healthy
        }
        router.get(
            "/ready", name: "ready", description: "Whether the server wants requests", RequestContext(),
            errors: [.serviceUnavailable], run: .inline
        ) { [problem] context -> HealthResponse in
            if context.isDraining { return .draining }
            return try problem().map(HealthResponse.unavailable) ?? .healthy
        }
        return router
    }
}

/// The response of a health endpoint. The usual ones are made once, because these endpoints are called often.
private struct HealthResponse: ResponseConvertible {
    static let healthy = HealthResponse(.ok, ["status": "ok"])
    static let draining = HealthResponse(.serviceUnavailable, ["status": "draining"])

    static func unavailable(_ reason: String) -> HealthResponse {
        HealthResponse(.serviceUnavailable, ["status": "unavailable", "reason": .string(reason)])
    }

    private let response: Response

    private init(_ status: Status, _ body: JSON) {
        response = body.response(status)
    }

    static var content: ResponseContent? {
        let status = Schema.type("string").annotated(title: "Status")
        return ResponseContent(
            "application/json", .object([("status", status)], required: ["status"], title: "Health"))
    }

    func response(_ status: Status) -> Response { response }
}
