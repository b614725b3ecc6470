import Foundation
import Testing

@testable import BrigadeCommand

/// The catalogue of metrics, and its table in the documentation.
@Suite struct MetricsReferenceTests {
    @Test func theDocumentationHasTheTableOfThisBuild() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/metrics.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let table = text.components(separatedBy: "<!-- metrics -->\n").last?
            .components(separatedBy: "\n<!-- end of metrics -->").first
        #expect(
            table == MetricCatalogue.reference, "docs/metrics.md must have this table:\n\(MetricCatalogue.reference)")
    }

    /// https://prometheus.io/docs/practices/naming/, and OpenMetrics on reserved suffixes.
    @Test func namesAreValidAndNoneIsThatOfAnothersSample() throws {
        var seen: Set<String> = []
        for family in MetricCatalogue.families {
            #expect(try #/[a-z][a-z0-9_]*/#.wholeMatch(in: family.name) != nil)
            #expect(
                !["_total", "_count", "_sum", "_bucket", "_info", "_created"].contains { family.name.hasSuffix($0) })
            #expect(seen.insert(family.name).inserted)
            #expect(MetricCatalogue.isReserved(family.name), "no application's metric can have that name")
            #expect(family.help.hasSuffix(".") && !family.help.contains("|") && !family.help.contains("\n"))
        }
    }
}
