import CLinux
import Contract
import Linux
import Glibc

/// What the master hands over, for a worker that bypasses the library.
///
/// The library has removed it from the environment by now; the kernel still has the environment at the start.
struct Inherited {
    let control: Int32
    let scoreboard: Int32
    let slot: Int

    init() {
        let inherited = Self.environmentAtStart
        func number(_ name: String) -> Int32 {
            guard let value = inherited[name].flatMap({ Int32($0) }) else { fatalError("\(name) is not set") }
            return value
        }
        control = number(WorkerEnvironment.controlDescriptor)
        scoreboard = number(WorkerEnvironment.scoreboardDescriptor)
        slot = Int(number(WorkerEnvironment.slot))
    }

    /// The scoreboard's memory, from its header on.
    var memory: UnsafeMutableRawPointer {
        var information = stat()
        guard fstat(scoreboard, &information) == 0,
            let memory = mmap(nil, Int(information.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, scoreboard, 0),
            memory != MAP_FAILED
        else { fatalError("the scoreboard cannot be mapped") }
        return memory
    }

    /// Writes nonsense over the scoreboard's header, which is the master's.
    func spoilHeader() {
        memset(memory, 0xee, MemoryLayout<brigade_scoreboard_header>.size)
    }

    /// Writes nonsense over this worker's slot and its entries. By the slot, the worker accepts, has no connections, and made
    /// its last pass some years in the future.
    func spoilSlot() {
        let memory = memory
        let header = memory.assumingMemoryBound(to: brigade_scoreboard_header.self)
        let size = MemoryLayout<brigade_scoreboard_slot>.size
        let entries = Int(header.pointee.entries)
        let stride = size + entries * MemoryLayout<brigade_request>.size
        let slot = memory + MemoryLayout<brigade_scoreboard_header>.size + self.slot * stride
        memset(slot, 0xb7, size)
        let words = slot.assumingMemoryBound(to: brigade_scoreboard_slot.self)
        words.pointee.state = WorkerState.ready.rawValue
        words.pointee.connections = 0
        words.pointee.stalled = 0
        words.pointee.tick = 1 << 62
        words.pointee.pool_overdue = 0
        words.pointee.unrecorded = UInt32(Int32.max)
        words.pointee.entered = .max >> 1
        let requests = (slot + size).assumingMemoryBound(to: brigade_request.self)
        for index in 0..<entries {
            let target = Array("/\u{1b}[2J\u{202e}\(index)\n".utf8)
            let text = Array("GET ".utf8) + target
            text.withUnsafeBufferPointer { text in
                brigade_request_enter(
                    requests + index, text.baseAddress, 3, text.baseAddress! + 4, target.count, text.baseAddress, 3, 1,
                    0, 0,
                    UInt64(1 + index))
            }
        }
    }

    /// Writes other series over this worker's metrics: the first ones have texts and numbers that ours never have. What the
    /// library counts from then on goes somewhere into them.
    /// - Parameter routes: how many series of requests follow.
    func babble(routes: Int) {
        guard let block = try? Scoreboard.inherited(descriptor: scoreboard).slot(slot).metrics else { return }
        var writer = MetricsBlock.Writer(block)
        let odd = "\u{1b}[2J\n\"\\{}#\u{202e}"
        let nonsense = [
            MetricSeries.Identity(method: odd, route: odd), MetricSeries.Identity(.requests, odd),
            MetricSeries.Identity(.counter, odd), MetricSeries.Identity(.timer, "", [MetricSeries.Label("le", odd)]),
            MetricSeries.Identity(
                .gauge, "brigade_workers", [MetricSeries.Label("", odd), MetricSeries.Label("", "")]),
            MetricSeries.Identity(.floatingPointCounter, "http_server_requests"),
            MetricSeries.Identity(.summary, "a.b"),
            MetricSeries.Identity(.gauge, "a_b"), MetricSeries.Identity(.counter, "a_b_count"),
        ]
        for identity in nonsense {
            guard let words = writer.append(identity) else { return }
            for index in 0..<identity.kind.words { words.set(index % 2 == 0 ? -.nan : -1e300, at: index) }
        }
        for number in 0..<routes {
            guard let words = writer.append(MetricSeries.Identity(method: "GET", route: "/routes/\(number)/{id}"))
            else { return }
            for index in 0..<RequestTotals.words { words.add(UInt64(number + index), to: index) }
        }
    }

    /// Sends the same message to the master for ever, in a thread of its own.
    func flood() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { control in
                let number = Int32(Int(bitPattern: control))
                let channel = ControlChannel(owning: OwnedDescriptor(owning: number))
                while true {
                    if (try? channel.send(WorkerMessage.booted)) != nil { continue }
                    var room = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                    poll(&room, 1, 100)
                }
            }, UnsafeMutableRawPointer(bitPattern: Int(dup(control))))
    }

    private static var environmentAtStart: [String: String] {
        guard let file = fopen("/proc/self/environ", "re") else { return [:] }
        defer { fclose(file) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&bytes, 1, bytes.count, file), count > 0 { text += bytes.prefix(count) }
        let pairs = text.split(separator: 0).map { entry in
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts.last ?? [], as: UTF8.self))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
