import Contract
import Logging
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct RecentEventsTests {
    @Test func theLastHundredAreKept() {
        var events = RecentEvents()
        for number in 1...250 { events.add(.server, .info, "event \(number)", nil, at: .seconds(number)) }
        #expect(events.entries.map(\.text) == (151...250).map { "event \($0)" })
        #expect(events.entries.first?.time == .seconds(151))
    }

    @Test func aTextIsShortAndOnOneLine() throws {
        var events = RecentEvents()
        events.add(.reload, .error, "a\nb\u{202e}", nil, at: .zero)
        #expect(events.entries[0].text == "a\\nb\\u{202e}")
        events.add(.reload, .error, String(repeating: "x", count: 10_000), nil, at: .zero)
        #expect(events.entries[1].text.count == 300)
    }

    /// Told to or not: the level of the message knows it.
    @Test(arguments: [
        (OperatorEvent.reloadComplete(generation: 2, after: .zero), RecentEvents.Entry.Kind.reload),
        (.upgradeComplete, .upgrade),
        (.serverReady(workers: 2), .server),
        (.workerReady(id, after: .zero), .workerReady),
        (.workerExited(id, .success, state: .draining(until: .zero), age: .zero, restart: nil), .workerExited),
        (.workerExited(id, .signaled(9), state: .ready(since: .zero), age: .zero, restart: .zero), .workerLost),
    ])
    func theKindIsThatOfTheEvent(_ event: OperatorEvent, _ kind: RecentEvents.Entry.Kind) {
        #expect(RecentEvents.Entry.Kind(event, OperatorMessage(event).level) == kind)
    }

    private static let id = Worker.ID(slot: 1, generation: 1, serial: 1)
}
