import Foundation
import Testing

/// A machine that gives nothing, and somebody who asks for everything.
@Suite(.serialized) struct PressureTests {
    @Test func aThousandSignalsInASecondLoseNoRequest() throws {
        let server = try TestServer(faulty: 2)
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        let signals = [SIGHUP, SIGTTIN, SIGTTOU, SIGUSR1, SIGWINCH, SIGCHLD, SIGUSR2, SIGTTOU, SIGTTIN, SIGHUP]
        for number in 0..<1000 {
            server.master.signal(signals[number % signals.count])
            usleep(900)
        }
        let after = try server.waitForStatus("settled") { $0.isSettled }
        #expect(after.target >= 1)
        try load.waitForMore(than: 20)
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        #expect(Machine.threads(of: server.master.pid) == 1)
        #expect(try server.command("reload", "--wait").code == 0)
    }

    @Test func aFullDiskUnderTheLogStopsNothing() throws {
        let server = try TestServer(faulty: 2, log: "/dev/full")
        try server.waitForStatus("settled") { $0.isSettled }
        let before = server.workers
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers))
        let victim = server.workers[0]
        kill(victim, SIGKILL)
        try server.waitForStatus("settled anew") { $0.isSettled && !$0.workers.contains { $0.pid == victim } }
        #expect(try server.ask("/hello").body == "hello")
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test(.enabled(if: ProcessLimit.canBeSet, "prlimit(1), and setpriv(1) for root, whom no limit of processes holds"))
    func aForkThatFailsIsTriedAgainUntilItSucceeds() throws {
        let limits = try ProcessLimit()
        let server = try TestServer(
            faulty: 2, flags: ["--worker", limits.worker], program: limits.program, folder: limits.folder)
        let victim = server.workers[0]
        try limits.allowNoProcess(to: server.master.pid)
        let mark = server.master.mark
        kill(victim, SIGKILL)
        try server.master.waitFor("replacement starts in 0.20 s", from: mark)
        #expect(
            !server.master.lines(with: "not started", "fork", from: mark).isEmpty, "\(server.master.said(from: mark))")
        #expect(try server.ask("/hello").body == "hello")
        #expect(server.master.lines(with: "worker ready", from: mark).isEmpty)
        // A reload cannot start anybody either.
        #expect(try server.command("reload", "--wait").code == 1)
        #expect(try server.ask("/hello").body == "hello")
        try limits.restoreProcesses(of: server.master.pid)
        try server.master.waitFor("worker ready", from: mark)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(try server.command("reload", "--wait").code == 0)
    }
}
