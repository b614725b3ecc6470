import TestSupport
import Testing

@testable import Postgres

/// The pool as a value: no connection, no clock.
@Suite struct ConnectionPoolTests {
    private static let second: UInt64 = 1_000_000_000

    /// A pool with its connections open, and what it has decided.
    private struct Harness {
        var pool: ConnectionPool
        var now: UInt64 = 100 * second
        var actions: [ConnectionPool.Action] = []
        var lastID = 0

        init(connections: Int = 2, waiting: Int = 100, isOpen: Bool = true) {
            var limits = ConnectionPool.Limits()
            limits.connections = connections
            limits.waiting = waiting
            pool = ConnectionPool(limits, random: { 0 })
            send(.timeReached)
            if isOpen { for index in 0..<connections { send(.connected(index)) } }
            actions = []
        }

        mutating func send(_ event: ConnectionPool.Event) {
            actions += pool.handle(event, at: now)
        }

        @discardableResult
        mutating func submit(_ kind: PostgresStatement.Kind = .shortRead, for seconds: UInt64 = 5) -> Int {
            lastID += 1
            send(.submitted(PooledRequest(id: lastID, kind: kind, deadline: now + seconds * second)))
            return lastID
        }

        /// What has been decided since the last time, without turns.
        mutating func take() -> [ConnectionPool.Action] {
            defer { actions = [] }
            return actions.filter { $0 != .askForTurn }
        }

        /// The batches that have been sent since, by connection.
        mutating func takeSent() -> [Int: [Int]] {
            var sent: [Int: [Int]] = [:]
            for case .send(let index, let batch) in take() { sent[index] = batch.requests.map(\.id) }
            return sent
        }

        mutating func advance(_ seconds: Double) {
            now += UInt64(seconds * 1e9)
            send(.timeReached)
        }
    }

    private static func error(_ code: String) -> ServerMessage { ServerMessage(code: code, "no") }

    @Test func allConnectionsAreOpenedAtOnce() {
        var harness = Harness(connections: 3, isOpen: false)
        harness = Harness(connections: 3, isOpen: false)
        var pool = harness.pool
        #expect(pool.handle(.timeReached, at: harness.now) == [])
        pool = ConnectionPool(ConnectionPool.Limits(), random: { 0 })
        #expect(pool.deadline == 0)
        #expect(pool.handle(.timeReached, at: 1) == [.connect(0), .connect(1)])
        #expect(pool.deadline == nil)
    }

    @Test func theRequestsOfAPassGoTogether() {
        var harness = Harness()
        for _ in 0..<3 { harness.submit() }
        #expect(harness.take() == [])
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [1, 2, 3]])
        harness.send(.answered(0, nil))
        #expect(harness.take() == [.succeed(1), .succeed(2), .succeed(3)])
    }

    @Test func theNextBatchGrowsWhileAllConnectionsAreBusy() {
        var harness = Harness(connections: 1)
        harness.submit()
        harness.send(.turn)
        for _ in 0..<70 { harness.submit() }
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [1]])
        harness.send(.answered(0, nil))
        harness.send(.turn)
        #expect(harness.takeSent() == [0: Array(2...65)])
        harness.send(.answered(0, nil))
        harness.send(.turn)
        #expect(harness.takeSent() == [0: Array(66...71)])
    }

    @Test func kindsDoNotShareABatchAndTheOldestGoesFirst() {
        var harness = Harness()
        let (write, long, short) = (harness.submit(.write), harness.submit(.longRead), harness.submit())
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [write], 1: [long]])
        harness.send(.answered(1, nil))
        harness.send(.turn)
        #expect(harness.takeSent() == [1: [short]])
    }

    @Test func writesLeaveAConnectionToReads() {
        var harness = Harness()
        harness.submit(.write)
        harness.send(.turn)
        harness.submit(.write)
        let read = harness.submit()
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [1], 1: [read]])
    }

    @Test func aFailedReadFailsAloneAndTheRestIsRepeated() {
        var harness = Harness()
        for _ in 0..<3 { harness.submit() }
        harness.send(.turn)
        harness.submit()
        harness.actions = []
        harness.send(.answered(0, Batch.Failure(index: 1, message: Self.error("42P01"))))
        #expect(harness.take() == [.succeed(1), .fail(2, .server(Self.error("42P01")))])
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [3, 4]])
    }

    @Test func aFailedWriteFailsAloneAndAllOthersAreRepeated() {
        var harness = Harness()
        for _ in 0..<3 { harness.submit(.write) }
        harness.send(.turn)
        harness.actions = []
        harness.send(.answered(0, Batch.Failure(index: 1, message: Self.error("23505"))))
        #expect(harness.take() == [.fail(2, .server(Self.error("23505")))])
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [1, 3]])
        harness.send(.answered(0, nil))
        #expect(harness.take() == [.succeed(1), .succeed(3)])
    }

    @Test func aFailedCommitFailsAllWrites() {
        var harness = Harness()
        for _ in 0..<2 { harness.submit(.write) }
        harness.send(.turn)
        harness.actions = []
        harness.send(.answered(0, Batch.Failure(index: nil, message: Self.error("53100"))))
        #expect(harness.take() == [.fail(1, .server(Self.error("53100"))), .fail(2, .server(Self.error("53100")))])
    }

    @Test func aReadIsRepeatedOnceWhenItsConnectionIsLost() {
        var harness = Harness()
        harness.submit()
        harness.send(.turn)
        harness.actions = []
        harness.send(.lost(0, "reset"))
        #expect(harness.take() == [])
        harness.send(.turn)
        #expect(harness.takeSent() == [1: [1]])
        harness.send(.lost(1, "reset again"))
        #expect(harness.take() == [.fail(1, .unavailable("reset again"))])
    }

    @Test func theOutcomeOfAWriteIsUnknownWhenItsConnectionIsLost() {
        var harness = Harness()
        harness.submit(.write)
        harness.send(.turn)
        harness.submit(.write)
        harness.actions = []
        harness.send(.lost(0, "reset"))
        #expect(harness.take() == [.fail(1, .outcomeUnknown("reset"))])
        harness.send(.turn)
        #expect(harness.takeSent() == [1: [2]])
    }

    @Test func aLostConnectionIsOpenedAgainLaterAndLater() {
        var harness = Harness(connections: 1)
        harness.send(.lost(0, "reset"))
        var pauses: [UInt64] = []
        for _ in 0..<6 {
            let deadline = harness.pool.deadline!
            pauses.append((deadline - harness.now) / 1_000_000)
            harness.now = deadline
            harness.send(.timeReached)
            #expect(harness.take().contains(.connect(0)))
            harness.send(.lost(0, "refused"))
        }
        #expect(pauses == [50, 100, 200, 400, 500, 500])
        harness.advance(1)
        harness.send(.connected(0))
        harness.send(.lost(0, "reset"))
        #expect(harness.pool.deadline == harness.now + 50_000_000)
    }

    @Test func whileThereIsNoConnectionRequestsWaitForAShortTime() {
        var harness = Harness(connections: 1)
        harness.send(.lost(0, "reset"))
        harness.submit()
        #expect(harness.pool.problem == "reset")
        harness.advance(1.9)
        #expect(!harness.take().contains { if case .fail = $0 { true } else { false } })
        harness.advance(0.1)
        #expect(harness.take().contains(.fail(1, .unavailable("reset"))))
        // Now at once.
        harness.submit()
        #expect(harness.take() == [.fail(2, .unavailable("reset"))])
        harness.send(.connected(0))
        #expect(harness.pool.problem == nil)
        harness.submit()
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [3]])
    }

    @Test func aLateReadIsCancelledAndTheOthersAreRepeated() {
        var harness = Harness()
        harness.submit(.longRead, for: 1)
        harness.submit(.longRead, for: 9)
        harness.send(.turn)
        harness.actions = []
        harness.advance(1)
        #expect(harness.take() == [.cancel(0)])
        harness.send(.answered(0, Batch.Failure(index: 0, message: Self.error("57014"))))
        #expect(harness.take() == [.fail(1, .timedOut("no"))])
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [2]])
    }

    /// A write that waits for the lock holds up those behind it, which may have more time left.
    @Test func aLateWriteIsCancelledAndNothingIsStored() {
        var harness = Harness()
        harness.submit(.write, for: 1)
        harness.submit(.write, for: 9)
        harness.send(.turn)
        harness.actions = []
        harness.advance(1)
        #expect(harness.take() == [.cancel(0)])
        harness.send(.answered(0, Batch.Failure(index: nil, message: Self.error("57014"))))
        #expect(harness.take() == [.fail(1, .timedOut("no"))])
        harness.send(.turn)
        #expect(harness.takeSent() == [0: [2]])
    }

    @Test func aConnectionThatDoesNotEvenCancelIsGivenUp() {
        var harness = Harness()
        harness.submit(.write, for: 1)
        harness.submit(.longRead, for: 1)
        harness.send(.turn)
        harness.actions = []
        harness.advance(1)
        harness.advance(1)
        let reason = "the database does not answer"
        #expect(
            harness.take() == [
                .cancel(0), .cancel(1), .close(0), .fail(1, .outcomeUnknown(reason)), .close(1),
                .fail(2, .timedOut(reason)),
            ])
        #expect(harness.pool.problem == reason)
    }

    /// It may come before the statement that it is meant for.
    @Test func aCancellationIsRepeated() {
        var harness = Harness()
        harness.submit(.write, for: 1)
        harness.send(.turn)
        harness.actions = []
        harness.advance(1)
        #expect(harness.pool.deadline == harness.now + 200_000_000)
        harness.advance(0.2)
        harness.advance(0.1)
        harness.advance(0.1)
        #expect(harness.take() == [.cancel(0), .cancel(0), .cancel(0)])
        harness.send(.answered(0, Batch.Failure(index: 0, message: Self.error("57014"))))
        #expect(harness.take() == [.fail(1, .timedOut("no"))])
    }

    @Test func anAnswerThatComesAfterTheCancellationCounts() {
        var harness = Harness()
        harness.submit(.write, for: 1)
        harness.send(.turn)
        harness.advance(1)
        harness.actions = []
        harness.send(.answered(0, nil))
        #expect(harness.take() == [.succeed(1)])
    }

    @Test func aServerThatHasBecomeAStandbyIsLeft() {
        var harness = Harness()
        harness.submit(.write)
        harness.send(.turn)
        harness.actions = []
        let failure = Batch.Failure(index: 0, message: Self.error("25006"))
        harness.send(.answered(0, failure))
        #expect(harness.take() == [.close(0), .connect(0)])
        harness.send(.turn)
        #expect(harness.takeSent() == [1: [1]])
        harness.send(.answered(1, failure))
        #expect(harness.take() == [.fail(1, .server(failure.message)), .close(1), .connect(1)])
    }

    @Test func tooManyWaitingRequestsAreRefused() {
        var harness = Harness(connections: 1, waiting: 2)
        harness.submit()
        harness.send(.turn)
        for _ in 0..<3 { harness.submit() }
        #expect(harness.take().last == .fail(4, .overloaded))
    }

    @Test func aRequestThatWaitsTooLongForABusyConnectionFails() {
        var harness = Harness(connections: 1)
        harness.submit(.longRead, for: 9)
        harness.send(.turn)
        harness.submit(.shortRead, for: 1)
        harness.actions = []
        harness.advance(1)
        #expect(harness.take() == [.fail(2, .timedOut("all connections are busy"))])
    }

    @Test func stoppingAnswersEverything() {
        var harness = Harness()
        harness.submit(.write)
        harness.submit()
        harness.send(.turn)
        harness.submit()
        harness.actions = []
        harness.send(.stopped)
        let reason = "the server stops"
        #expect(
            harness.take() == [
                .fail(1, .outcomeUnknown(reason)), .close(0), .fail(2, .unavailable(reason)), .close(1),
                .fail(3, .unavailable(reason)),
            ])
        harness.submit()
        #expect(harness.take() == [.fail(4, .unavailable(reason))])
    }

    /// Whatever happens, each request is answered exactly once, and within its deadline and the grace.
    @Test(arguments: 0..<200)
    func eachRequestIsAnsweredOnceAndInTime(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var harness = Harness(connections: Int.random(in: 1...3, using: &random), waiting: 20)
        var open: [Int: UInt64] = [:]
        var busy: Set<Int> = []
        var connecting: Set<Int> = []

        func settle() {
            for action in harness.take() {
                switch action {
                case .succeed(let id), .fail(let id, _):
                    let deadline = open.removeValue(forKey: id)
                    #expect(deadline != nil, "answered twice")
                    #expect(harness.now <= (deadline ?? 0) + Self.second + Self.second / 5)
                case .send(let index, _):
                    #expect(!busy.contains(index) && !connecting.contains(index))
                    busy.insert(index)
                case .connect(let index): connecting.insert(index)
                case .close(let index):
                    busy.remove(index)
                    connecting.remove(index)
                default: break
                }
            }
        }

        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3:
                let kind: PostgresStatement.Kind = [.shortRead, .longRead, .write].randomElement(using: &random)!
                open[harness.lastID + 1] = harness.now + 2 * Self.second
                harness.submit(kind, for: 2)
            case 4: harness.advance(0.1)
            case 5...6:
                if let index = busy.sorted().randomElement(using: &random) {
                    busy.remove(index)
                    let code = ["", "", "42P01", "57014", "25006", "40001"].randomElement(using: &random)!
                    let failure = Batch.Failure(
                        index: Bool.random(using: &random) ? 0 : nil, message: Self.error(code))
                    harness.send(.answered(index, code.isEmpty ? nil : failure))
                }
            case 7:
                if let index = connecting.sorted().randomElement(using: &random) {
                    connecting.remove(index)
                    harness.send(Bool.random(using: &random) ? .connected(index) : .lost(index, "refused"))
                }
            case 8:
                if let index = busy.sorted().randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
                    busy.remove(index)
                    harness.send(.lost(index, "reset"))
                }
            default: harness.send(.turn)
            }
            settle()
        }
        for _ in 0..<60 {
            harness.advance(0.1)
            settle()
        }
        #expect(open.isEmpty)
    }
}
