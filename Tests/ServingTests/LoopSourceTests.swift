import Glibc
import Synchronization
import Testing

@testable import Serving

@Suite struct LoopSourceTests {
    /// What happened on the loop, in order.
    private final class Events: Sendable {
        private let names = Mutex<[String]>([])

        func add(_ name: String) { names.withLock { $0.append(name) } }
        var all: [String] { names.withLock { $0 } }
    }

    private struct SocketPair {
        let own: Int32
        let other: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
            (own, other) = (ends[0], ends[1])
        }

        func close() {
            for end in [own, other] { Glibc.close(end) }
        }

        static func fill(_ descriptor: Int32) {
            let bytes = [UInt8](repeating: 0, count: 65536)
            while write(descriptor, bytes, bytes.count) > 0 {}
        }

        static func empty(_ descriptor: Int32) {
            var bytes = [UInt8](repeating: 0, count: 65536)
            while read(descriptor, &bytes, bytes.count) > 0 {}
        }
    }

    @Test func itIsCalledWhenThereIsSomethingToRead() async throws {
        let (pair, isReady) = (try SocketPair(), Gate())
        let source = await LoopThread.run {
            let source = LoopSource(onReady: {
                SocketPair.empty(pair.own)
                isReady.open()
            })
            #expect(source.watch(pair.own, for: .reading))
            return source
        }
        write(pair.other, "x", 1)
        await isReady.wait()
        await LoopThread.run { source.close() }
        pair.close()
    }

    @Test func interestInWritingCanBeAddedAndTakenAway() async throws {
        let (pair, isWritable, isReadable, events) = (try SocketPair(), Gate(), Gate(), Events())
        SocketPair.fill(pair.own)
        let source = await LoopThread.run {
            let source = LoopSource(onReady: {
                var byte: UInt8 = 0
                let isReading = read(pair.own, &byte, 1) == 1
                events.add(isReading ? "read" : "write")
                isReading ? isReadable.open() : isWritable.open()
            })
            #expect(source.watch(pair.own, for: .reading))
            #expect(source.watch(pair.own, for: [.reading, .writing]))
            return source
        }
        await LoopThread.run { #expect(events.all.isEmpty) }
        SocketPair.empty(pair.other)
        await isWritable.wait()
        await LoopThread.run { #expect(source.watch(pair.own, for: .reading)) }
        let before = events.all.count
        write(pair.other, "x", 1)
        await isReadable.wait()
        #expect(events.all[before...].allSatisfy { $0 == "read" })
        await LoopThread.run { source.close() }
        pair.close()
    }

    /// As libpq does when it tries another way to connect.
    @Test func aNewDescriptorWithTheSameNumberIsWatched() async throws {
        let (old, new, isReady) = (try SocketPair(), try SocketPair(), Gate())
        let source = await LoopThread.run {
            let source = LoopSource(onReady: {
                SocketPair.empty(old.own)
                isReady.open()
            })
            #expect(source.watch(old.own, for: .reading))
            #expect(dup2(new.own, old.own) == old.own)
            #expect(source.watch(old.own, for: .reading, mayBeNew: true))
            // Nothing has changed this time.
            #expect(source.watch(old.own, for: .reading, mayBeNew: true))
            return source
        }
        write(new.other, "x", 1)
        await isReady.wait()
        await LoopThread.run { source.close() }
        old.close()
        new.close()
    }

    @Test func anUnwatchedDescriptorIsNotReported() async throws {
        let (pair, turn, events) = (try SocketPair(), Gate(), Events())
        write(pair.other, "x", 1)
        let source = await LoopThread.run {
            let source = LoopSource(onReady: { events.add("ready") }, onTurn: { turn.open() })
            #expect(source.watch(pair.own, for: .reading))
            source.unwatch()
            source.askForTurn()
            return source
        }
        await turn.wait()
        await LoopThread.run { source.close() }
        #expect(events.all.isEmpty)
        pair.close()
    }

    @Test func aDeadlineThatMovesIsCalledOnceAtItsTime() async throws {
        let (isReached, events) = (Gate(), Events())
        let (source, due) = await LoopThread.run {
            let source = LoopSource(onDeadline: {
                events.add("deadline")
                isReached.open()
            })
            source.deadline = LoopSource.now + 1_000_000
            let due = LoopSource.now + 20_000_000
            source.deadline = due
            return (source, due)
        }
        await isReached.wait()
        await LoopThread.run {
            #expect(LoopSource.now >= due)
            #expect(events.all == ["deadline"])
            #expect(source.deadline == nil)
            source.close()
        }
    }

    @Test func aTurnComesOnceHoweverOftenItIsAskedFor() async throws {
        let (last, events) = (Gate(), Events())
        let sources = await LoopThread.run {
            let source = LoopSource(onTurn: { events.add("turn") })
            let after = LoopSource(onTurn: { last.open() })
            for _ in 0..<3 { source.askForTurn() }
            after.askForTurn()
            return [source, after]
        }
        await last.wait()
        await LoopThread.run { for source in sources { source.close() } }
        #expect(events.all == ["turn"])
    }

    @Test func aClosedSourceIsNotCalled() async throws {
        let (pair, turn, events) = (try SocketPair(), Gate(), Events())
        write(pair.other, "x", 1)
        await LoopThread.run {
            let source = LoopSource(
                onReady: { events.add("ready") }, onDeadline: { events.add("deadline") }, onTurn: { events.add("turn") }
            )
            #expect(source.watch(pair.own, for: .reading))
            source.deadline = LoopSource.now
            source.askForTurn()
            source.close()
            #expect(!source.watch(pair.own, for: .reading))
            let after = LoopSource(onDeadline: { turn.open() })
            after.deadline = LoopSource.now + 1
        }
        await turn.wait()
        #expect(events.all.isEmpty)
        pair.close()
    }

    @Test func aFunctionRunsOnTheLoopFromAnyThread() async throws {
        let (fromOutside, fromInside, events) = (Gate(), Gate(), Events())
        await LoopThread.run {
            LoopActor.run { events.add("at once") }
            events.add("after")
            LoopActor.detachThread("test") {
                LoopActor.run { fromOutside.open() }
            }
            fromInside.open()
        }
        await fromInside.wait()
        await fromOutside.wait()
        #expect(events.all == ["at once", "after"])
    }
}
