import Foundation
import Testing

/// --metrics-bind: one scrape shows the whole server.
@Suite(.serialized) struct MetricsTests {
    private static func server(
        workers: Int = 2, flags: [String] = [], environment: [String: String] = [:]
    ) throws -> (server: TestServer, metrics: Client.Address) {
        let port = try Machine.freePort()
        let server = try TestServer(
            faulty: workers, flags: ["--metrics-bind", "127.0.0.1:\(port)"] + flags, environment: environment)
        return (server, .tcp(port: port))
    }

    private static func answered(_ scrape: Scrape) -> Double { scrape.sum("http_server_requests_total") }

    @Test func noCounterFallsWhateverHappensToTheWorkers() throws {
        let (server, metrics) = try Self.server()
        var requests = 0.0
        var last = try Scrape.of(metrics)
        /// A few requests more, and no counter less.
        func proceed(after event: String) throws {
            for target in ["/hello", "/nowhere", "/echo", "/empty"] { _ = try? server.ask(target) }
            for _ in 0..<5 {
                #expect(try server.ask("/hello").status == 200)
                requests += 1
            }
            let scrape = try Scrape.of(metrics, until: "\(requests) requests") { Self.answered($0) >= requests }
            #expect(scrape.fallen(since: last) == [], "after \(event)")
            last = scrape
        }
        try proceed(after: "the start")
        for _ in 0..<2 {
            let mark = server.master.mark
            kill(server.workers[0], SIGKILL)
            try server.master.waitFor("worker ready", from: mark)
            try proceed(after: "kill -9")
        }
        for (signal, generation) in [(SIGHUP, 2), (SIGUSR2, 3), (SIGUSR2, 4)] {
            server.master.signal(signal)
            try server.waitForStatus("settled") { $0.generation == generation && $0.isSettled }
            try proceed(after: "signal \(signal)")
        }
        for (signal, target) in [(SIGTTOU, 1), (SIGTTIN, 2)] {
            server.master.signal(signal)
            try server.waitForStatus("settled") { $0.target == target && $0.isSettled }
            try proceed(after: "signal \(signal)")
        }
        #expect(last["brigade_worker_exits_total{cause=\"signal\"}"] == 2)
        #expect(last["brigade_worker_restarts_total"] == 2)
        #expect(last["brigade_reloads_total{result=\"success\"}"] == 3, "an upgrade reloads")
        #expect(last["brigade_upgrades_total{result=\"success\"}"] == 2)
        #expect(last["brigade_generation"] == 4)
        #expect(last["brigade_worker_starts_total"] == 11)
        #expect(last["brigade_worker_exits_total{cause=\"drained\"}"] == 7)
        #expect(last["brigade_prestarts_total{result=\"success\"}"] == 4)
        #expect(last["brigade_workers{state=\"ready\"}"] == 2 && last["brigade_workers_target"] == 2)
        #expect(last.sum("brigade_process_open_fds", "process=\"worker\"") > 0)
        #expect(last.sum("brigade_process_memory_bytes", "process=\"worker\"") > 1_000_000)
    }

    /// Every request that was answered before the worker died is counted, and so is what it was told meanwhile.
    @Test func aKilledWorkerLeavesAllThatItHasCounted() throws {
        let (server, metrics) = try Self.server(workers: 1)
        for _ in 0..<50 { #expect(try server.ask("/hello").status == 200) }
        try Scrape.of(metrics, until: "50 requests") { Self.answered($0) == 50 }
        let mark = server.master.mark
        kill(server.workers[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        let scrape = try Scrape.of(metrics)
        #expect(Self.answered(scrape) == 50)
        #expect(scrape.sum("http_server_request_duration_seconds_count") == 50)
        #expect(scrape.sum("http_server_request_duration_seconds_bucket", "le=\"+Inf\"") == 50)
        #expect(scrape["brigade_accepted_connections_total"] == 50)
        #expect(try #require(scrape["brigade_received_bytes_total"]) > 50 * 20)
        #expect(try #require(scrape["brigade_sent_bytes_total"]) > 50 * 50)
    }

    /// A worker that overwrites its own part of the shared memory changes no total of the others, fills neither the scrape
    /// nor the log, and breaks no line.
    @Test func aWorkerThatWritesNonsenseSpoilsNothing() throws {
        let (server, metrics) = try Self.server()
        for _ in 0..<20 { #expect(try server.ask("/hello").status == 200) }
        var last = try Scrape.of(metrics, until: "20 requests") { Self.answered($0) == 20 }
        for _ in 0..<3 {
            let mark = server.master.mark
            #expect(try server.ask("/babble?routes=1500").body == "babbled")
            let scrape = try Scrape.of(metrics)
            #expect(scrape.fallen(since: last) == [])
            #expect(scrape.text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a })
            #expect(scrape.text.utf8.count < 20_000_000)
            last = scrape
            kill(server.workers[0], SIGKILL)
            try server.master.waitFor("worker ready", from: mark)
            last = try Scrape.of(metrics)
            #expect(last.fallen(since: scrape) == [])
        }
        #expect(server.master.lines(with: "the application's metric").count <= 4)
        #expect(last.samples.keys.contains { $0.hasPrefix("app_http_server_requests_total") })
        try Data(last.text.utf8).write(to: URL(filePath: server.folder + "/open"))
        let script = """
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            print(sum(len(family.samples) for family in text_string_to_metric_families(open("open").read())))
            """
        let python = try ChildProcess(
            "/usr/bin/python3", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], folder: server.folder)
        #expect(try python.waitForExit() == 0, "\(python.output)")
        #expect(try server.status().isSettled)
    }

    /// Where test.sh installs it.
    private static let promtool = ["/usr/bin/promtool", BuildProducts.root + "/.build/prometheus/promtool"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func prometheusUnderstandsBothFormats() throws {
        let (server, metrics) = try Self.server()
        for target in ["/hello", "/nowhere", "/nap", "/count"] { _ = try server.ask(target) }
        let openMetrics = try Scrape.of(metrics, until: "4 requests") { Self.answered($0) == 4 }
        let text = try Client(metrics).ask("/metrics")
        #expect(text["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        for (name, content) in [("open", openMetrics.text), ("text", text.body)] {
            try Data(content.utf8).write(to: URL(filePath: "\(server.folder)/\(name)"))
        }
        let promtool = try ChildProcess(
            "/bin/sh", ["-c", "exec '\(try #require(Self.promtool))' check metrics <text"],
            environment: ["PATH": "/usr/bin:/bin"],
            folder: server.folder)
        #expect(try promtool.waitForExit() == 0, "\(promtool.output)")
        #expect(promtool.output == "")
        let script = """
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
            from prometheus_client.parser import text_string_to_metric_families as text
            for name, parse in [("open", openmetrics), ("text", text)]:
                samples = {(s.name, tuple(sorted(s.labels.items()))): s.value
                           for family in parse(open(name).read()) for s in family.samples}
                print(name, len(samples), samples[("http_server_requests_total", (
                    ("http_request_method", "GET"), ("http_response_status_class", "2xx"), ("http_route", "unmatched")))])
            """
        let python = try ChildProcess(
            "/usr/bin/python3", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], folder: server.folder)
        #expect(try python.waitForExit() == 0, "\(python.output)")
        #expect(python.output.contains("open ") && python.output.contains("text "), "\(python.output)")
    }

    /// Slow and rude clients keep neither the scrapes nor the supervision waiting.
    @Test func noClientKeepsTheMasterFromItsWork() throws {
        let (server, metrics) = try Self.server()
        let silent = try (0..<40).map { _ in try Client(metrics) }
        let slow = try (0..<40).map { _ in
            let client = try Client(metrics)
            try client.send(raw: "GET /metrics HTT")
            return client
        }
        let deaf = try (0..<10).map { _ in
            let client = try Client(metrics)
            // More answers than the sockets' buffers take.
            try? client.send(raw: String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 2000))
            return client
        }
        for garbage in [
            "\u{16}\u{3}\u{1}\u{2}", "GET /metrics\n\n", "\r\n\r\n\r\n", String(repeating: "a", count: 20_000),
        ] {
            let client = try Client(metrics)
            try client.send(raw: garbage)
            #expect([400, 431].contains(try client.answer().status))
            #expect(try client.isClosed())
        }
        let mark = server.master.mark
        kill(server.workers[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        for _ in 0..<20 {
            #expect(try Scrape.of(metrics)["brigade_workers_target"] == 2)
            #expect(try server.ask("/hello").status == 200)
        }
        #expect(try server.status().isSettled)
        // Whoever does not read costs nothing once the buffers are full.
        var (time, began) = (Machine.processorTime(of: server.master.pid), ContinuousClock.now)
        try Machine.wait(for: "an idle master") {
            guard ContinuousClock.now - began > .milliseconds(500) else { return false }
            let used = Machine.processorTime(of: server.master.pid) - time
            (time, began) = (time + used, .now)
            return used < .milliseconds(50)
        }
        #expect(Machine.descriptors(of: server.master.pid).count < 60)
        withExtendedLifetime((silent, slow, deaf)) {}
    }

    @Test func aConnectionIsKeptAndWhatIsNotThereIsSaid() throws {
        let (server, metrics) = try Self.server(workers: 1)
        defer { withExtendedLifetime(server) {} }
        let client = try Client(metrics)
        let head = try client.ask("HEAD", "/metrics")
        let get = try client.ask("GET", "/metrics")
        #expect(head.status == 200 && get.status == 200 && head.body == "" && !get.body.isEmpty)
        #expect(try client.ask("GET", "/nothing").status == 404)
        let post = try client.ask("POST", "/metrics")
        #expect(post.status == 405 && post["allow"] == "GET, HEAD")
        try client.send(raw: String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 5))
        for _ in 0..<5 { #expect(try client.answer().status == 200) }
        #expect(try client.ask("POST", "/metrics", body: "a=1").status == 413)
        #expect(try client.isClosed())
    }

    @Test func aUnixSocketHasTheModeOfTheOthersAndIsRestored() throws {
        let server = try TestServer(
            faulty: 1, flags: ["--metrics-bind", "unix:metrics.sock", "--socket-mode", "0640", "--umask", "077"])
        let path = server.folder + "/metrics.sock"
        func mode() -> mode_t? {
            var information = stat()
            return lstat(path, &information) == 0 ? information.st_mode & 0o7777 : nil
        }
        #expect(mode() == 0o640)
        #expect(try Scrape.of(.unix(path: path))["brigade_workers_target"] == 1)
        for round in 0..<2 {
            unlink(path)
            let reload = try server.command("reload", "--wait")
            #expect(reload.code == 0, "\(reload.output) \(server.master.output)")
            #expect(mode() == 0o640)
            #expect(try Scrape.of(.unix(path: path))["brigade_generation"] == (round == 0 ? 2 : 4))
            guard round == 0 else { break }
            server.master.signal(SIGUSR2)
            try server.master.waitFor("upgrade complete")
            try server.waitForStatus("settled") { $0.generation == 3 && $0.isSettled }
        }
        // Nobody else holds the master's sockets.
        let sockets = Set(Machine.descriptors(of: server.master.pid).values.filter { $0.hasPrefix("socket:") })
        let shared = sockets.intersection(Machine.descriptors(of: try #require(server.workers.first)).values)
        #expect(shared.count == 1, "the listening socket of --bind: \(shared)")
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        #expect(mode() == nil)
    }

    /// The last scrape shows how it ended.
    @Test func aServerThatStopsIsSeenToTheEnd() throws {
        let (server, metrics) = try Self.server(workers: 1)
        let client = try server.client()
        try client.send("GET", "/sleep?ms=60000")
        try Scrape.of(metrics, until: "a request in flight") { $0.sum("http_server_active_requests") == 1 }
        server.master.signal(SIGTERM)
        try Scrape.of(metrics, until: "a worker that drains") { $0["brigade_workers{state=\"draining\"}"] == 1 }
        server.master.signal(SIGINT)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test func anAddressThatIsTakenIsRefusedAtTheStart() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let taken = try TestListener()
        for (address, words) in [
            ("127.0.0.1:\(taken.port)", "metrics-bind 127.0.0.1:\(taken.port): cannot listen"),
            ("127.0.0.1:9", "metrics-bind 127.0.0.1:9: cannot listen"),
        ] {
            let flags = ["--worker", BuildProducts.faultyWorker, "--metrics-bind", address, "--bind", "127.0.0.1:9"]
            let master = try TestServer.start(in: folder, address.hasSuffix(":9") ? flags : Array(flags.dropLast(2)))
            #expect(try master.waitForExit() == 2)
            #expect(master.output.contains("--metrics-bind"), "\(words): \(master.output)")
        }
    }
}
