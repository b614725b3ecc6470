import Testing

@testable import BrigadeCommand

@Suite struct MetricsPageTests {
    private func request(_ line: String) throws -> HTTPRequest {
        guard case .complete(let request, _) = HTTPRequest.parse(Array("\(line) HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        else {
            throw HTTPRequestError()
        }
        return request
    }

    private struct HTTPRequestError: Error {}

    @Test(
        arguments: [
            ("GET /metrics", nil), ("HEAD /metrics?x=1", nil), ("GET /metrics/", 404), ("GET /Metrics", 404),
            ("POST /metrics", 405), ("get /metrics", 405), ("POST /nowhere", 404),
        ] as [(String, Int?)])
    func aPageIsFoundByItsPath(line: String, status: Int?) throws {
        switch MetricsPage.route(try request(line)) {
        case .page(let page): #expect(page == .metrics && status == nil)
        case .refused(let answer):
            #expect(answer.status.rawValue == status)
            #expect(answer.fields == (status == 405 ? [HTTPAnswer.Field("Allow", "GET, HEAD")] : []))
        }
    }

    @Test(
        arguments: [
            ("", .text), ("*/*", .text), ("text/html,application/xhtml+xml,*/*;q=0.8", .text),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text; version=1.0.0", .openMetrics),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
                    + "version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;"
                    + "q=0.3,*/*;q=0.2", .openMetrics
            ),
            ("text/plain;version=0.0.4;q=1,application/openmetrics-text;q=0.9", .text),
            ("application/openmetrics-text;q=0", .text), ("application/openmetrics-text;q=x", .text),
        ] as [(String, Exposition.Format)])
    func theFormatIsTheOneThatTheClientLikes(accept: String, format: Exposition.Format) {
        #expect(Exposition.Format(accepting: accept) == format)
    }
}
