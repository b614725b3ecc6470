internal import Contract
internal import Linux
import Messages

/// Counts responses by method and route. What clients send makes no series: a method that is not well known is `_OTHER`, and a
/// path without a route is `unmatched` (OpenTelemetry's semantic conventions for HTTP).
@LoopActor final class RequestMetrics {
    /// Where a response is counted: its method and route.
    struct Series: Hashable, Sendable {
        /// For a request whose head could not be read.
        static let unknown = Series(index: 0)

        fileprivate let index: Int32
    }

    private static let unmatchedRoute = "unmatched"
    private static let methods = [Method.otherReportedName] + Method.reportedNames

    private let routes: [RouteName]
    private let routeCount: Int
    /// Where the series of the routes begin.
    private let firstOfRoutes = RequestMetrics.methods.count
    private let registry: MetricsRegistry
    /// By `Series.index`: requests without a route by method, then two for each route, its own method's and HEAD's. A series is
    /// made when it is first needed, but those of the routes at once, so that they are there with zeros.
    /// Not checked at run time: nothing is called while it is read or changed.
    @exclusivity(unchecked) private var words: [MetricsBlock.Words?]

    init(_ routes: [RouteName], _ registry: MetricsRegistry) {
        self.routes = routes
        routeCount = routes.count
        self.registry = registry
        words = Array(repeating: nil, count: firstOfRoutes + 2 * routes.count)
        // The first, so that there is room for it: what has no room is counted there.
        words[0] = registry.words(of: .init(method: Method.otherReportedName, route: Self.unmatchedRoute))
        for index in routes.indices { _ = makeWords(firstOfRoutes + 2 * index) }
    }

    /// - Parameter route: the index of the route that matches; nil for none.
    @inline(__always) func series(of head: RequestHead, route: Int?) -> Series {
        guard let route, (0..<routeCount).contains(route) else { return unmatched(head.method) }
        return Series(index: Int32(truncatingIfNeeded: firstOfRoutes + 2 * route + (head.method.isHead ? 1 : 0)))
    }

    @inline(never) private func unmatched(_ method: Method) -> Series {
        Series(index: Int32(Self.methods.firstIndex(of: method.reportedName) ?? 0))
    }

    /// The template of the route; nil for none.
    func route(of series: Series) -> String? {
        let index = Int(series.index) - firstOfRoutes
        return index >= 0 ? routes[index / 2].template : nil
    }

    /// Counts a response.
    func count(_ response: ResponseMetrics) {
        let index = Int(response.series.index)
        guard let words = words[index] ?? makeWords(index) else { return }
        words.increase(min(max(response.status / 100, 1), RequestTotals.statusClasses) - 1, by: 1)
        words.increase(RequestTotals.statusClasses + LatencyHistogram.bucket(response.latency), by: 1)
        words.increase(RequestTotals.words - 1, by: response.latency)
    }

    private func makeWords(_ index: Int) -> MetricsBlock.Words? {
        let ofRoutes = index - firstOfRoutes
        let identity: MetricSeries.Identity
        if ofRoutes < 0 {
            identity = .init(method: Self.methods[index], route: Self.unmatchedRoute)
        } else {
            let route = routes[ofRoutes / 2]
            identity = .init(method: ofRoutes % 2 == 0 ? route.method.rawValue : "HEAD", route: route.template)
        }
        words[index] = registry.words(of: identity) ?? words[0]
        return words[index]
    }
}
