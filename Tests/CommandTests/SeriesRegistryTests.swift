import Contract
import Foundation
import Testing

@testable import BrigadeCommand

@Suite struct SeriesRegistryTests {
    private func route(_ number: Int) -> MetricSeries.Identity {
        MetricSeries.Identity(method: "GET", route: "/\(number)")
    }

    @Test func aSeriesKeepsItsPlace() throws {
        var registry = SeriesRegistry()
        let places = [route(1), route(2), MetricSeries.Identity(.counter, "/1")].map { registry.place(of: $0) }
        #expect(Set(places).count == 3)
        #expect(registry.place(of: route(2)) == places[1])
        #expect(registry[places[1]] == route(2))
        var read = try JSONDecoder().decode(SeriesRegistry.self, from: JSONEncoder().encode(registry))
        #expect(read == registry)
        #expect(read.place(of: route(1)) == places[0])
    }

    @Test func beyondTheLimitAllOfAKindShareAPlace() throws {
        var registry = SeriesRegistry()
        for number in 0..<SeriesRegistry.most { _ = registry.place(of: route(number)) }
        let counter = registry.place(of: MetricSeries.Identity(.counter, "orders"))
        let shared = registry.place(of: route(-1))
        #expect(registry.place(of: route(-2)) == shared)
        #expect(registry[shared] == MetricSeries.Identity(method: "_OTHER", route: "overflow"))
        #expect(registry[counter] == MetricSeries.Identity(.counter, "orders"), "the application has places of its own")
        #expect(registry.place(of: route(5)) == 5)
        // After an upgrade there is no more room than before.
        var read = try JSONDecoder().decode(SeriesRegistry.self, from: JSONEncoder().encode(registry))
        #expect(read.place(of: route(-3)) == shared)
        for number in 0..<SeriesRegistry.most + 10 {
            _ = registry.place(of: MetricSeries.Identity(.gauge, "g\(number)"))
        }
        #expect(registry.identities.count == 2 * SeriesRegistry.most + 2)
    }

    /// What a worker has written need not be what ours write.
    @Test(arguments: [
        ("GET", "/a", "GET", "/a"), ("get", "/a", "_OTHER", "/a"), ("", "/", "_OTHER", "/"),
        ("_OTHER", "x", "_OTHER", "x"),
        ("G\u{1b}T", "/\u{202e}", "_OTHER", "/\\u{202e}"), (String(repeating: "A", count: 25), "", "_OTHER", ""),
    ])
    func namesAreThoseOfHTTP(method: String, route: String, shownMethod: String, shownRoute: String) {
        var registry = SeriesRegistry()
        let place = registry.place(of: MetricSeries.Identity(method: method, route: route))
        #expect(registry[place] == MetricSeries.Identity(method: shownMethod, route: shownRoute))
    }

    @Test func requestsWithoutARouteAreOverflow() {
        var registry = SeriesRegistry()
        let place = registry.place(of: MetricSeries.Identity(.requests, "x"))
        #expect(registry[place] == .overflow(.requests))
    }
}
