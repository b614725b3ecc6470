import Contract
import Linux
import Testing

@Suite struct MetricsBlockTests {
    private static let identities: [MetricSeries.Identity] = [
        .init(method: "GET", route: "/tasks/{id}"),
        .init(.counter, "orders", [.init("country", "DE"), .init("kind", "")]),
        .init(.gauge, "queue"), .init(.timer, "mail"), .init(.summary, "size"), .init(.floatingPointCounter, "joules"),
    ]

    @Test func theMasterReadsWhatTheWorkerCounts() throws {
        let master = try Scoreboard.make(entries: 2)
        let worker = try Scoreboard.inherited(descriptor: master.descriptor)
        var writer = MetricsBlock.Writer(worker.slot(1).metrics)
        for (index, identity) in Self.identities.enumerated() {
            let words = writer.append(identity)
            if identity.kind == .gauge || identity.kind == .floatingPointCounter {
                words?.set(2, at: 0)
                words?.add(0.5, to: 0)
            } else {
                words?.add(UInt64(index + 1), to: identity.kind.words - 1)
                words?.increase(0, by: 2)
            }
        }
        let series = master.slot(1).metrics.series
        #expect(series.map(\.identity) == Self.identities)
        #expect(series[0].requests?.classes == [2, 0, 0, 0, 0] && series[0].requests?.nanoseconds == 1)
        #expect(series[0].identity.route?.method == "GET" && series[0].identity.route?.template == "/tasks/{id}")
        #expect(series[1].words == [4])
        #expect(series[2].words == [(2.5).bitPattern] && series[5].words == [(2.5).bitPattern])
        #expect(master.slot(1).metrics.requests.count == 2)
        #expect(master.slot(0).metrics.series.isEmpty)
        master.close(1)
        #expect(master.slot(1).metrics.series.isEmpty)
    }

    @Test func aBlockHoldsThousandsOfSeriesAndRefusesMore() throws {
        let block = try Scoreboard.make(entries: 0).slot(511).metrics
        var writer = MetricsBlock.Writer(block)
        var count = 0
        while writer.append(.init(method: "GET", route: "/routes/\(count)/{id}")) != nil { count += 1 }
        #expect(count > 1500)
        #expect(block.series.count == count)
        // A smaller one may still find room.
        while writer.append(.init(.counter, "c\(count)")) != nil { count += 1 }
        #expect(block.series.count == count)
        #expect(writer.append(.init(.counter, String(repeating: "n", count: 70_000))) == nil)
    }

    @Test func theSeparatorInANameMakesNoOtherSeries() {
        let identity = MetricSeries.Identity(.counter, "a\u{1f}b", [.init("k\u{1f}", "\u{1f}v")])
        #expect(identity.text == "ab\u{1f}k\u{1f}v")
        #expect(MetricSeries.Identity(.counter, text: "a\u{1f}b") == nil)
    }
}
