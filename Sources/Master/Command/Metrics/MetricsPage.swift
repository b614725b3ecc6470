/// The pages of the metrics address, by their paths.
enum MetricsPage: String, CaseIterable {
    case dashboard = "/"
    case data = "/data.json"
    case metrics = "/metrics"

    enum Route: Equatable {
        case page(MetricsPage)
        /// There is no such page, or no such method.
        case refused(HTTPAnswer)
    }

    static func route(_ request: HTTPRequest) -> Route {
        guard let page = MetricsPage(rawValue: request.path) else {
            let paths = allCases.map(\.rawValue).joined(separator: ", ")
            return .refused(HTTPAnswer(.notFound, "There is no such page; there is \(paths)."))
        }
        guard request.method == "GET" || request.isHead else {
            return .refused(
                HTTPAnswer(
                    .methodNotAllowed, "Pages here are read only: GET or HEAD.",
                    fields: [HTTPAnswer.Field("Allow", "GET, HEAD")]))
        }
        return .page(page)
    }

    /// - Parameter report: what the dashboard shows; it is made only if it is asked for.
    func answer(
        _ request: HTTPRequest, _ snapshot: MetricsSnapshot, _ report: @autoclosure () -> DashboardReport
    ) -> HTTPAnswer {
        switch self {
        case .dashboard: return DashboardPage.answer()
        case .data: return HTTPAnswer(type: "application/json", report().json)
        case .metrics:
            let format = Exposition.Format(accepting: request["accept"] ?? "")
            return HTTPAnswer(
                type: format.contentType, fields: [HTTPAnswer.Field("Vary", "Accept")],
                Exposition.bytes(MetricCatalogue.families + snapshot.application, of: snapshot, as: format))
        }
    }
}

extension Exposition.Format {
    /// OpenMetrics if the client names it, and does not like plain text more (RFC 9110, 12.5.1). A browser names neither.
    /// - Parameter field: the value of `Accept`.
    init(accepting field: String) {
        var weights: [String: Double] = [:]
        for range in field.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let type = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            weights[type] = max(weights[type] ?? 0, weight)
        }
        let openMetrics = weights["application/openmetrics-text"] ?? 0
        self = openMetrics > 0 && openMetrics >= weights["text/plain"] ?? 0 ? .openMetrics : .text
    }
}
