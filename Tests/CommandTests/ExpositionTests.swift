import Contract
import Platform
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct ExpositionTests {
    private func text(_ families: [MetricFamily], _ format: Exposition.Format) -> String {
        String(decoding: Exposition.bytes(families, of: .empty, as: format), as: UTF8.self)
    }

    @Test func eachFormatHasItsOwnComments() {
        let families = [
            MetricFamily("a_bytes", .counter, labels: ["x"], help: "A \"b\\c\".") { _, text in
                text.add("1\n\"\\", value: 7)
                text.add(nil, value: 8)
            },
            MetricFamily("b", .info, labels: ["v"], help: "B.") { _, text in text.add("1", value: 1) },
        ]
        #expect(
            text(families, .openMetrics) == """
                # TYPE a_bytes counter
                # UNIT a_bytes bytes
                # HELP a_bytes A \\"b\\\\c\\".
                a_bytes_total{x="1\\n\\"\\\\"} 7
                a_bytes_total 8
                # TYPE b info
                # HELP b B.
                b_info{v="1"} 1
                # EOF

                """)
        #expect(
            text(families, .text) == """
                # TYPE a_bytes_total counter
                # HELP a_bytes_total A "b\\\\c".
                a_bytes_total{x="1\\n\\"\\\\"} 7
                a_bytes_total 8
                # TYPE b_info gauge
                # HELP b_info B.
                b_info{v="1"} 1

                """)
    }

    /// Every time is in each bucket whose bound is above it.
    @Test func bucketsAreCumulativeAndTheirBoundsAreExact() {
        var latency = LatencyHistogram()
        for time in [Duration.zero, .microseconds(63), .microseconds(64), .seconds(1), .seconds(3000)] {
            latency.add(time)
        }
        let family = MetricFamily("t_seconds", .histogram, help: "T.") { [latency] _, text in
            text.add(latency: latency, nanoseconds: 10)
        }
        let lines = text([family], .text).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 23)
        #expect(lines.first == "t_seconds_bucket{le=\"6.4e-05\"} 2")
        #expect(lines.contains("t_seconds_bucket{le=\"0.000128\"} 3"))
        #expect(lines.contains("t_seconds_bucket{le=\"0.524288\"} 3"))
        #expect(lines.contains("t_seconds_bucket{le=\"1.048576\"} 4"))
        #expect(lines.contains("t_seconds_bucket{le=\"33.554432\"} 4"))
        #expect(
            lines.suffix(3) == ["t_seconds_bucket{le=\"+Inf\"} 5", "t_seconds_count 5", "t_seconds_sum 0.000000010"])
    }

    @Test func everyFamilyOfTheCatalogueIsWritten() {
        let text = text(MetricCatalogue.families, .openMetrics)
        for family in MetricCatalogue.families {
            #expect(text.contains("# TYPE \(family.name) \(family.kind)\n# "))
        }
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("\nbrigade_build_info{version=\"\(Version.text)\",swift=\"6."))
    }

    @Test func numbersAreThoseOfTheFormat() {
        #expect(
            [.nan, .infinity, -.infinity, 0, -1.5, 1e300].map(Exposition.number) == [
                "NaN", "+Inf", "-Inf", "0.0", "-1.5", "1e+300",
            ])
    }
}
