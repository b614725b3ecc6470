import Contract
import Linux
import Glibc
import Synchronization
import Testing

@Suite struct ScoreboardInFlightTests {
    private func enter(_ table: InFlightTable, _ method: String, _ path: String, at start: UInt64)
        -> InFlightTable.Entry
    {
        let head = Array("\(method) before\(path)?after".utf8)
        let begin = method.utf8.count + 7
        return table.enter(head, path: begin..<begin + path.utf8.count, number: 0xa1, at: start)
    }

    @Test func aRequestIsInFlightFromEnterToLeave() throws {
        let board = try Scoreboard.make(entries: 4)
        let slot = board.slot(1)
        let table = InFlightTable(slot)
        let first = enter(table, "GET", "/recipes/1", at: 1_000_000_000)
        let second = enter(table, "DELETE", "/", at: 2_000_000_000)
        #expect(
            slot.inFlight == [
                InFlightRequest(method: "GET", target: "/recipes/1", started: .seconds(1), id: "00000000000000a1"),
                InFlightRequest(method: "DELETE", target: "/", started: .seconds(2), id: "00000000000000a1"),
            ])
        table.leave(first)
        #expect(slot.inFlight.map(\.method) == ["DELETE"])
        // The entry that was given back last is taken first.
        _ = enter(table, "PUT", "/x", at: 3)
        #expect(slot.inFlight.map(\.method) == ["PUT", "DELETE"])
        table.leave(second)
        #expect(board.slot(0).inFlight.isEmpty && board.slot(2).inFlight.isEmpty)
    }

    @Test func aRequestsIdIsTheOneThatAProxySentOrTheWorkersOwn() throws {
        let slot = try Scoreboard.make(entries: 2).slot(0)
        let table = InFlightTable(slot)
        let given = Array(repeating: UInt8(ascii: "a"), count: 127) + [0x1b, 0x0a]
        let first = table.enter(
            Array("GET /".utf8), path: 4..<5, number: 7, given: given, trace: (1, .max), at: 1)
        #expect(slot.inFlight.map(\.id) == [String(repeating: "a", count: 127) + "\\x1b"])
        #expect(slot.inFlight.map(\.trace) == ["0000000000000001ffffffffffffffff"])
        table.leave(first)
        // What stood in the entry before must not shine through.
        _ = table.enter(Array("GET /".utf8), path: 4..<5, number: 7, at: 1)
        #expect(slot.inFlight.map(\.id) == ["0000000000000007"])
        #expect(slot.inFlight.map(\.trace) == [nil])
        #expect(slot.activeRequests == 1)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 127, 128, 129, 5000])
    func aTargetIsCutAtItsLimit(length: Int) throws {
        let slot = try Scoreboard.make(entries: 2).slot(0)
        let table = InFlightTable(slot)
        // What stood in the entry before must not shine through.
        table.leave(enter(table, "OPTIONS", String(repeating: "y", count: 128), at: 1))
        let text = String((0..<length).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        _ = enter(table, "AMETHODOFMORETHANSIXTEEN", text, at: 1)
        #expect(slot.inFlight.map(\.target) == [String(text.prefix(128))])
        #expect(slot.inFlight.map(\.method) == ["AMETHODOFMORETHA"])
    }

    @Test func aRequestWithoutAFreeEntryIsCounted() throws {
        let slot = try Scoreboard.make(entries: 2).slot(0)
        let table = InFlightTable(slot)
        let entries = (1...5).map { enter(table, "GET", "/\($0)", at: 1) }
        #expect(slot.inFlight.map(\.target) == ["/1", "/2"])
        #expect(slot.unrecorded == 3)
        for entry in entries { table.leave(entry) }
        #expect(slot.inFlight.isEmpty && slot.unrecorded == 0)
    }

    /// The writer fills an entry with one letter, a different one and another length each time: a copy of two letters, or
    /// of a length that is not its letter's, is torn.
    @Test func aReaderNeverSeesAPartlyWrittenRequest() throws {
        let slot = try Scoreboard.make(entries: 2).slot(0)
        let isDone = Shared(false)
        let writer = startThread {
            let table = InFlightTable(slot)
            var number = 0
            while !isDone.value.load(ordering: .relaxed) {
                number = (number + 1) % 26
                let letter = UInt8(97 + number)
                let text = [letter, UInt8(ascii: " ")] + Array(repeating: letter, count: 100 + number)
                table.leave(table.enter(text, path: 2..<text.count, number: 1, at: UInt64(letter)))
            }
        }
        var seen = Set<String>()
        var torn: [InFlightRequest] = []
        var looks = 0
        while seen.count < 20 || looks < 500_000, torn.isEmpty {
            looks += 1
            for request in slot.inFlight {
                let letter = request.target.utf8.first ?? 0
                let isWhole =
                    request.target.utf8.allSatisfy { $0 == letter }
                    && request.target.utf8.count == 100 + Int(letter) - 97
                    && request.method.utf8.first == letter && request.started == .nanoseconds(Int64(letter))
                if isWhole { seen.insert(request.method) } else { torn.append(request) }
            }
        }
        isDone.value.store(true, ordering: .relaxed)
        pthread_join(writer, nil)
        #expect(torn.isEmpty)
    }

    private final class Shared: Sendable {
        let value: Atomic<Bool>

        init(_ value: Bool) {
            self.value = Atomic(value)
        }
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, body)
        return thread
    }
}
