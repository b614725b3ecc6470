import Contract
import Testing

@testable import BrigadeCommand

/// `brigade top` without a terminal: what it works out, and the picture that it makes of it.
@Suite struct TopTests {
    @Test(arguments: [
        ("h", "h"), ("\u{1b}[Ah", "h"), ("c\u{1b}[1;5Bq", "cq"), ("\u{1b}OPm", "m"), ("\u{1b}", ""), ("\u{1b}xr", "r"),
        ("\u{1b}[", ""), ("\u{1b}[A\u{1b}[B i", " i"),
    ])
    func keysOfSeveralBytesMeanNothing(bytes: String, keys: String) {
        #expect(String(decoding: TopModel.keys(of: Array(bytes.utf8)), as: UTF8.self) == keys)
    }

    private func sample(
        pid: Int = 70, requests: Int = 0, cpu: Double = 0, workers: Int = 3, target: String = "/recipes/1",
        events: Int = 3
    ) throws -> StatusSample {
        let list = (1...max(1, workers)).prefix(workers).map { slot in
            """
            {"slot":\(slot),"generation":1,"pid":\(80 + slot),"state":"\(slot == 2 ? "draining" : "ready")","age":50,\
            "requests":\(requests * slot),"connections":\(slot),"memory":\(slot << 24),"cpu":\(cpu * Double(4 - slot)),\
            "restarts":\(slot - 1),"latency":{"p50":null,"p99":null,"counts":[0,0,\(requests * slot)]},\
            "in_flight":[{"method":"GET","target":"\(target)","id":"id\(slot)","age":\(slot)}],"in_flight_unrecorded":0}
            """
        }
        let log = (0..<events).map { #"{"age":\#(100 - $0),"level":"error","text":"event \#($0)","worker":null}"# }
        return try StatusSample(
            json: """
                {"state":"serving","pid":\(pid),"age":100,"generation":1,"target":3,"ready":2,"requests":\(requests * 6),\
                "server_errors":\(requests),"lost_workers":3,"cpu":\(cpu),"latency":{"counts":[0,0,\(requests * 6)]},\
                "blocking_pool":{"threads":8,"busy":2,"queued":1},\
                "accept_queues":[{"address":"127.0.0.1:8001","length":3,"limit":511}],"prestart":null,"unreachable":[],\
                "health_problems":[],"events":[\(log.joined(separator: ","))],"workers":[\(list.joined(separator: ","))]}
                """)
    }

    private func model() throws -> TopModel {
        var model = TopModel()
        model.received(try sample(), at: .seconds(10))
        model.received(try sample(requests: 20, cpu: 0.5), at: .seconds(12))
        return model
    }

    // MARK: The model

    @Test func ratesAreThoseBetweenTwoLooks() throws {
        let model = try model()
        #expect(model.totals.requests == 60 && model.totals.errors == 10)
        #expect(model.totals.p99 == .microseconds(2))
        #expect(model.workers.map(\.requests) == [10, 20, 30])
        #expect(model.workers.map(\.cpu) == [0.75, 0.5, 0.25])
        #expect(model.totals.cpu == 1.75)
    }

    @Test func anotherServerAtTheSameSocketCountsAnew() throws {
        var model = try model()
        model.received(try sample(pid: 99, requests: 10), at: .seconds(14))
        #expect(model.totals.requests == 0.6, "60 in the 100 s of its life")
    }

    @Test func keysSortPauseAndQuit() throws {
        var model = try model()
        func slots(_ key: Character) -> [Int] {
            #expect(model.press(key.asciiValue!) == .redraw)
            return model.workers.map(\.worker.slot)
        }
        #expect(slots("c") == [1, 2, 3])
        #expect(slots("m") == [3, 2, 1])
        #expect(slots("r") == [3, 2, 1])
        #expect(slots("w") == [1, 2, 3])
        #expect(slots("p") == [1, 2, 3], "equal ones by their number")
        #expect(model.press(UInt8(ascii: " ")) == .redraw && model.isPaused)
        model.received(try sample(requests: 500), at: .seconds(14))
        #expect(model.totals.requests == 60, "it stands still")
        for key in [UInt8(ascii: "q"), 3] { #expect(model.press(key) == .quit) }
        #expect(model.press(0x1a) == .suspend)
        #expect(model.press(0x80) == .none)
    }

    @Test func aServerOfAnotherBuildMaySayLess() throws {
        let sample = try StatusSample(
            json: """
                {"state":"serving","pid":1,"age":1,"generation":1,"target":1,"ready":1,"requests":1,"lost_workers":0,\
                "unreachable":[],"health_problems":[],"latency":{"p50":1,"p99":1},"workers":[{"slot":1,"generation":1,\
                "pid":2,"state":"ready","age":1,"requests":1,"connections":0,"memory":1,"latency":{"p50":1,"p99":1},\
                "in_flight":[{"method":"GET","target":"/","age":1}],"in_flight_unrecorded":0}]}
                """)
        var model = TopModel()
        model.received(sample, at: .seconds(1))
        #expect(!TopScreen(model, columns: 80, rows: 24).lines.isEmpty)
    }

    // MARK: The picture

    private func text(_ model: TopModel, _ columns: Int, _ rows: Int) -> [String] {
        TopScreen(model, columns: columns, rows: rows).lines.map(\.text)
    }

    @Test func at80ColumnsAllIsThere() throws {
        let lines = text(try model(), 80, 24)
        #expect(lines.count == 24)
        #expect(lines[0] == "brigade serving  2/3 workers  3 lost  generation 1  up 1m40s  pid 70")
        #expect(lines[1] == "60 requests/s  10 errors/s  p50 2 us  p99 2 us  3 in flight  queue 3/511")
        #expect(lines[2] == "CPU 175%  memory 96 MiB  blocking pool 8 threads, 2 busy, 1 queued")
        #expect(lines[4].hasPrefix("WORKER GEN STATE       AGE  CONN INFL  REQ/S     P50     P99   CPU     MEM LOST"))
        #expect(lines[5].hasPrefix("     1   1 ready       50s     1    1     10    2 us    2 us   75%  16 MiB    0"))
        #expect(lines[9].hasPrefix("SLOWEST REQUESTS IN FLIGHT"))
        #expect(lines[10] == "    3.0s  worker 3  GET /recipes/1  id3")
        #expect(lines[14].hasPrefix("LAST EVENTS"))
        #expect(lines[15] == "     98s  event 2", "the newest first")
        #expect(lines[23].hasPrefix("q quit"))
    }

    @Test func at200ColumnsThereIsMore() throws {
        let lines = text(try model(), 200, 50)
        #expect(lines[4].contains("PID") && lines[4].contains("REQUESTS"))
    }

    @Test(arguments: [1, 2, 3, 5, 12, 24, 50], [1, 7, 20, 40, 80, 200])
    func itFitsEveryTerminal(rows: Int, columns: Int) throws {
        var model = TopModel()
        for problem in [nil, "no server answers"] as [String?] {
            if let problem { model.lost(problem) }
            for workers in [0, 1, 3, 200] {
                model.received(try sample(requests: 1, workers: workers, events: 20), at: .seconds(workers))
                if let problem { model.lost(problem) }
                let lines = text(model, columns, rows)
                #expect(lines.count == rows)
                #expect(lines.allSatisfy { $0.count <= columns })
            }
        }
    }

    @Test func at40ColumnsTheMostImportantColumnsStay() throws {
        let lines = text(try model(), 40, 12)
        #expect(lines.contains { $0.hasPrefix("WORKER STATE") && $0.contains("REQ/S") && $0.contains("CPU") })
        #expect(lines.contains { $0.hasPrefix("     1 ready") })
    }

    @Test func whatDoesNotFitIsCounted() throws {
        var model = TopModel()
        model.received(try sample(workers: 200), at: .seconds(1))
        #expect(text(model, 80, 24).contains { $0.contains("workers more") })
    }

    @Test func textOfRequestsControlsNoTerminal() throws {
        var model = TopModel()
        model.received(try sample(target: #"/\u001b[2J\u009b\u202ex"#), at: .seconds(1))
        let screen = text(model, 200, 50).joined()
        #expect(screen == screen.visible)
        #expect(screen.contains(#"GET /\u{1b}[2J\u{9b}\u{202e}x"#))
    }

    @Test func aServerThatIsGoneIsSaidAboveWhatItSaidLast() throws {
        var model = try model()
        model.lost("no server answers at /run/x")
        let lines = TopScreen(model, columns: 80, rows: 24).lines
        #expect(lines[0] == .init(text: "waiting for the server: no server answers at /run/x", style: .alert))
        #expect(lines[1].text.hasPrefix("brigade serving"))
        model.received(try sample(), at: .seconds(20))
        #expect(text(model, 80, 24)[0].hasPrefix("brigade serving"))
    }

    @Test func wideCharactersTakeTwoCells() {
        #expect(TerminalText.fit("ab日本", 4) == "ab日")
        #expect(TerminalText.fit("abc", 2) == "ab")
        #expect(TerminalText.fit("日", 1).isEmpty)
    }

    @Test(arguments: [
        (0.04, "0.0s"), (9.99, "9.9s"), (59, "59s"), (3599, "59m59s"), (86_399, "23h59m"), (1e6, "11d13h"),
    ])
    func agesAreShort(seconds: Double, text: String) {
        #expect(TopScreen.span(seconds) == text)
    }
}
