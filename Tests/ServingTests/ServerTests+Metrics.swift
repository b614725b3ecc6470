import Contract
import Linux
import Messages
import Testing

@testable import Serving

/// What a server counts.
extension ServerTests {
    /// `/tasks/...` is a route for GET and POST; the last segment says how it is answered.
    private struct Tasks: Application {
        let routes = [
            RouteName(method: .get, template: "/tasks/{id}"), RouteName(method: .post, template: "/tasks/{id}"),
            RouteName(method: Method(rawValue: "PURGE"), template: "/cache"),
        ]

        private struct Failure: Error {}

        private func find(_ request: Request) -> Int? {
            if request.path.elementsEqual("/cache".utf8) { return 2 }
            guard request.path.starts(with: "/tasks/".utf8) else { return nil }
            return request.method == .post ? 1 : 0
        }

        func answer(_ request: Request, route: inout Int?) throws -> Answer {
            route = find(request)
            if route == nil { return .now(Response(.notFound)) }
            switch String(decoding: request.path.dropFirst(7), as: UTF8.self) {
            case "later":
                return .later {
                    await Task.yield()
                    return Response(.created)
                }
            case "blocking": return .blocking { Response(.movedPermanently) }
            case "failing": throw Failure()
            default: return .now(Response(.ok, body: Array("body".utf8)))
            }
        }

        func decorate(_ response: Response, for request: Request, route: inout Int?) -> Answer {
            route = find(request)
            return .now(response)
        }
    }

    @Test func responsesAreCountedByMethodAndRoute() async throws {
        var settings = Settings()
        settings.maxBody = 10
        try await LoopThread.serving(Tasks(), settings: settings) { port, slot in
            #expect(
                slot.metrics.series.map { $0.identity.text }.sorted()
                    == [
                        .init(method: "GET", route: "/tasks/{id}"), .init(method: "POST", route: "/tasks/{id}"),
                        .init(method: "PURGE", route: "/cache"), .init(method: "_OTHER", route: "unmatched"),
                    ].map { (identity: MetricSeries.Identity) in identity.text }.sorted())
            func send(_ text: String) throws {
                let client = try Client(port: port)
                try client.send(Array(text.utf8))
                _ = try client.read()
            }
            let rest = " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
            for path in ["now", "now", "later", "blocking", "failing"] { try send("GET /tasks/\(path)\(rest)\r\n") }
            try send("HEAD /tasks/now\(rest)\r\n")
            try send("POST /tasks/now\(rest)content-length: 11\r\n\r\n")
            try send("GET /unknown/\u{1f}\(rest)\r\n")
            try send("GET /unknown\(rest)\r\n")
            try send("BREW /unknown\(rest)\r\n")
            try send("PURGE /cache\(rest)\r\n")
            try send("nonsense\r\n\r\n")
            var found: [String: [UInt64]] = [:]
            for series in slot.metrics.series {
                guard let route = series.identity.route, let totals = series.requests else { continue }
                found["\(route.method) \(route.template)"] = totals.classes
                #expect(totals.latency.total == totals.count)
            }
            #expect(
                found == [
                    "GET /tasks/{id}": [0, 3, 1, 0, 1], "HEAD /tasks/{id}": [0, 1, 0, 0, 0],
                    "POST /tasks/{id}": [0, 0, 0, 1, 0], "PURGE /cache": [0, 1, 0, 0, 0],
                    "GET unmatched": [0, 0, 0, 1, 0], "_OTHER unmatched": [0, 0, 0, 3, 0],
                ])
            #expect(slot.metrics.requests.count == 12)
            #expect(slot.received > 500 && slot.sent > 500)
        }
    }

    @Test func aRequestHasTheIdOfATrustedProxyOrOneOfItsOwn() async throws {
        let application = Function { request in
            let text = "\(request.id) \(request.trace?.traceParent ?? "-")."
            return .now(Response(.ok, body: Array(text.utf8)))
        }
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            func answer(_ fields: String) throws -> (id: String, trace: String) {
                try client.send(Array("GET / HTTP/1.1\r\nhost: a\r\n\(fields)\r\n".utf8))
                let body = try client.read(to: ".").split(separator: "\r\n\r\n").last ?? ""
                let words = body.dropLast().split(separator: " ").map(String.init)
                return (words[0], words[1])
            }
            #expect(try answer("X-Request-ID: abc-1\r\nTraceparent: \(trace)\r\n") == ("abc-1", trace))
            var made: Set<String> = []
            for fields in [
                "", "x-request-id: a\"b\r\n", "x-request-id: \(String(repeating: "x", count: 129))\r\n",
                "x-request-id: a\r\nx-request-id: b\r\n", "x-request-id:\r\n", "x-request-id: a\u{9b}b\r\n",
            ] {
                let id = try answer(fields).id
                #expect(id.utf8.count == 16 && id.allSatisfy(\.isHexDigit), "\(fields)")
                made.insert(id)
            }
            #expect(made.count == 6)
            for value in [
                "", "00", trace + "-00", trace.uppercased(), "ff" + trace.dropFirst(2),
                "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", "\(trace)\r\ntraceparent: \(trace)",
            ] {
                #expect(try answer("traceparent: \(value)\r\n").trace == "-", "\(value)")
            }
            #expect(try answer("traceparent: 01\(trace.dropFirst(2))-more\r\n").trace == trace)
        }
    }
}
