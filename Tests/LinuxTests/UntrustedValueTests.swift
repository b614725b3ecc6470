import Glibc
import Testing

@testable import Contract
@testable import Linux

/// The scoreboard is memory that every worker can write to: what is read of it is never more than can be.
@Suite struct UntrustedValueTests {
    /// Another process's view of the same memory, behind the header.
    fileprivate struct Scribbler {
        private let bytes: UnsafeMutableRawBufferPointer

        init(_ board: Scoreboard) {
            var information = stat()
            fstat(board.descriptor, &information)
            let size = Int(information.st_size)
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, board.descriptor, 0)!
            bytes = UnsafeMutableRawBufferPointer(start: memory + 64, count: size - 64)
        }

        /// The first slots with their entries.
        /// - Parameter count: how many bytes; nil for all that stands before the metrics.
        func fill(_ count: Int? = nil, _ byte: () -> UInt8) {
            let end = bytes.count - Scoreboard.capacity << 20
            for index in 0..<(count ?? end) { bytes[index] = byte() }
        }

        /// The metrics of the last slot.
        func fillLastMetrics(_ byte: () -> UInt8) {
            for index in (bytes.count - 1 << 20)..<bytes.count { bytes[index] = byte() }
        }
    }

    @Test func aCountIsClampedToThePossibleRange() {
        #expect(UntrustedValue.count(7) == 7)
        #expect(UntrustedValue.count(UInt32(bitPattern: -1_220_936_370)) == 0)
        #expect(UntrustedValue.count(.max) == 0)
        #expect(UntrustedValue.count(UInt32(Int32.max)) == UntrustedValue.mostConnections)
        #expect(UntrustedValue.count(9, atMost: 4) == 4)
        #expect(UntrustedValue.total(.max) == UntrustedValue.mostRequests)
    }

    @Test func aTimeInTheFutureIsIgnored() {
        let now: UInt64 = 50_000_000_000
        #expect(UntrustedValue.time(0, at: now) == 0)
        #expect(UntrustedValue.time(now - 1, at: now) == now - 1)
        // Written between the look at the clock and the one at the word.
        #expect(UntrustedValue.time(now + 5, at: now) == now)
        #expect(UntrustedValue.time(now + 2_000_000_000, at: now) == 0)
        #expect(UntrustedValue.time(.max, at: now) == 0)
        #expect(UntrustedValue.time(.max, at: .max) == 0 || UntrustedValue.time(.max, at: .max) == .max)
    }

    @Test func aTextContainsNoTerminalControls() {
        #expect(UntrustedValue.text("GET".utf8) == "GET")
        #expect(UntrustedValue.text([0x2f, 0x1b, 0x5b, 0x41, 0x0a, 0x9b, 0x7f]) == #"/\x1b[A\x0a\x9b\x7f"#)
        #expect(UntrustedValue.text("\u{202e}".utf8) == #"\xe2\x80\xae"#)
        #expect(UntrustedValue.text([0xff, 0x20]) == #"\xff\x20"#)
    }

    @Test(arguments: ["a\u{1b}[2J", "a\nb", "\u{9b}2J", "\u{85}", "a\u{202e}b", "\u{2028}", "\u{2066}x\u{7f}"])
    func aVisibleTextStandsOnOneLineAndSaysNothingToATerminal(text: String) {
        let visible = text.visible
        #expect(visible.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) })
        #expect(!visible.unicodeScalars.contains { (0x2000..<0x2070).contains($0.value) })
        #expect(visible.contains("\\u{") || visible.contains("\\n"))
        #expect("Grüße, 世界 👩‍🍳".visible == "Grüße, 世界 👩‍🍳")
    }

    @Test(arguments: [0xff, 0x7f, 0x80, 0x01, nil] as [UInt8?])
    func whateverStandsThereAnAccountIsOneThatCanBe(byte: UInt8?) throws {
        let board = try Scoreboard.make(entries: 8)
        let scribbler = Scribbler(board)
        board.open(3, generation: 1)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<(byte == nil ? 20 : 1) {
            scribbler.fill(100_000) { byte ?? UInt8.random(in: 0 ... .max, using: &random) }
            let slot = board.slot(3)
            let started = MonotonicClock.now - .seconds(2)
            let account = slot.account(since: started, connections: 1000)
            #expect((0...1000).contains(account.connections))
            #expect((0...64_000).contains(account.unrecorded))
            #expect(account.requests <= 3_000_000)
            #expect(account.latency.counts.allSatisfy { $0 <= 3_000_000 })
            #expect(account.inFlight.count <= 8)
            for request in account.inFlight {
                #expect(request.started >= started && request.started <= MonotonicClock.now)
                #expect((request.method + request.target).utf8.allSatisfy { (0x21...0x7e).contains($0) })
                #expect(request.method.utf8.count <= 64 && request.target.utf8.count <= 512)
            }
            #expect(account.inFlight.map(\.started) == account.inFlight.map(\.started).sorted())
            #expect(slot.lastTick <= MonotonicClock.now && slot.pid >= 0 && slot.generation >= 0)
            #expect((0...UntrustedValue.mostConnections).contains(board.fewestConnections(tickedSince: 0) ?? 0))
        }
        // Who has the slot next begins with nothing.
        board.open(3, generation: 2)
        let account = board.slot(3).account(since: MonotonicClock.now - .seconds(1), connections: 10)
        #expect(account.connections == 0 && account.requests == 0 && account.inFlight.isEmpty)
        #expect(account.unrecorded == 0 && account.latency.total == 0)
        let table = InFlightTable(board.slot(3))
        _ = table.enter(Array("GET /x".utf8), path: 4..<6, number: 1, at: 1)
        #expect(board.slot(3).inFlight.map(\.target) == ["/x"])
    }

    @Test(arguments: [0xff, 0x7f, 0x80, 0x01, 0x00, nil] as [UInt8?])
    func whateverStandsThereMetricsAreReadWithinTheirBlock(byte: UInt8?) throws {
        let board = try Scoreboard.make(entries: 0)
        let scribbler = Scribbler(board)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<(byte == nil ? 5 : 1) {
            scribbler.fillLastMetrics { byte ?? UInt8.random(in: 0...8, using: &random) }
            let block = board.slot(Scoreboard.capacity - 1).metrics
            _ = block.requests
            #expect(block.series.count <= 1 << 16)
        }
    }

    /// A worker's own memory does not depend on what others write into its slot.
    @Test func anEntryIsNeverUsedTwiceWhateverTheSlotContains() throws {
        let board = try Scoreboard.make(entries: 2)
        let scribbler = Scribbler(board)
        let slot = board.slot(0)
        let table = InFlightTable(slot)
        var entries: [InFlightTable.Entry] = []
        for number in 1...50 {
            scribbler.fill(10_000) { 0 }
            entries.append(table.enter([], path: 0..<0, number: 1, at: 1))
            #expect(slot.unrecorded == (number <= 2 ? 0 : 1))
        }
        scribbler.fill(10_000) { 0 }
        for entry in entries { table.leave(entry) }
        #expect(slot.unrecorded == 0)
    }

    @Test func aPassInTheFutureIsIgnored() throws {
        let board = try Scoreboard.make(entries: 0)
        for index in 0..<2 {
            board.open(index, generation: 1)
            board.slot(index).state = .ready
        }
        board.slot(0).connectionOpened()
        board.slot(0).tick = MonotonicClock.nanoseconds
        for tick in [UInt64.max, 1 << 63, MonotonicClock.nanoseconds + 60_000_000_000] {
            board.slot(1).tick = tick
            #expect(board.fewestConnections(tickedSince: 1) == 1)
            #expect(board.slot(1).tick == 0 && board.slot(1).lastTick == .zero)
        }
        board.slot(1).tick = MonotonicClock.nanoseconds
        #expect(board.fewestConnections(tickedSince: 1) == 0)
    }

    @Test func negativeAddressCountersRejectNoConnection() throws {
        let board = try Scoreboard.make(entries: 0)
        board.open(0, generation: 1)
        board.open(1, generation: 1)
        let scribbler = Scribbler(board)
        // The slots stay as they are: the counters follow the last of them, from a page's start.
        scribbler.fillBehindSlots(of: board, 0xff)
        #expect(board.connectionOpened(from: 7, on: board.slot(0)) <= 1)
        scribbler.fillBehindSlots(of: board, 0x7f)
        #expect(board.connectionOpened(from: 7, on: board.slot(0)) <= 2 * UntrustedValue.mostConnections)
    }
}

extension UntrustedValueTests.Scribbler {
    fileprivate func fillBehindSlots(of board: Scoreboard, _ byte: UInt8) {
        let counters = UnsafeMutableRawPointer(board.counters(0))
        memset(counters, Int32(byte), 2 * 32_768)
    }
}
