internal import Messages

/// The endpoints that a load balancer or an orchestrator asks: `/health/live` and `/health/ready`.
public struct Health: Sendable {
    private let trouble: @Sendable () throws -> String?

    /// - Parameter trouble: why the application cannot work now; nil when it can. It is called on the loop, and may throw
    ///   `WouldBlock` to be called again on the blocking pool.
    public init(trouble: @escaping @Sendable () throws -> String? = { nil }) {
        self.trouble = trouble
    }

    /// For `API.include`.
    public var router: Router {
        var router = Router(prefix: "/health", tags: ["health"])
        router.get("/live", name: "live", description: "Whether the server answers", run: .inline) {
            HealthReport.healthy
        }
        router.get(
            "/ready", name: "ready", description: "Whether the server wants requests", RequestContext(),
            errors: [.serviceUnavailable], run: .inline
        ) { [trouble] context -> HealthReport in
            if context.isDraining { return .draining }
            return try trouble().map(HealthReport.unavailable) ?? .healthy
        }
        return router
    }
}

/// How the server is. The answers are made once: these endpoints are asked often.
private struct HealthReport: ResponseConvertible {
    static let healthy = HealthReport(.ok, ["status": "ok"])
    static let draining = HealthReport(.serviceUnavailable, ["status": "draining"])

    static func unavailable(_ reason: String) -> HealthReport {
        HealthReport(.serviceUnavailable, ["status": "unavailable", "reason": .string(reason)])
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
