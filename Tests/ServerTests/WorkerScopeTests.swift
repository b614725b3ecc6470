import Foundation
import Testing

/// The scope around serving, and an application's own commands: a worker without a master.
@Suite(.serialized) struct WorkerScopeTests {
    private func worker(_ fault: String, _ arguments: [String] = ["serve"], output: String? = nil) throws
        -> ChildProcess
    {
        try ChildProcess(
            BuildProducts.faultyWorker, arguments,
            environment: ["BIND": "127.0.0.1:0", "FAULT": fault, "PATH": "/usr/bin:/bin"],
            folder: TestServer.newFolder(),
            log: output)
    }

    @Test func theRestOfTheScopeRunsAfterADrainAndTheWorkerEndsWithIt() throws {
        let worker = try worker("end-says")
        try worker.waitFor("notice worker pid=")
        worker.signal(SIGTERM)
        #expect(try worker.waitForExit() == 0)
        let said = worker.output
        let rest = try #require(said.range(of: "the rest of the scope\n"))
        #expect(said[..<rest.lowerBound].contains("draining") && said[rest.upperBound...].contains("drained"))
    }

    @Test(arguments: [
        ("scope-throws", "the application cannot be made: asked to fail"),
        ("scope-returns", "the application cannot be made: the worker's scope has ended without serving one"),
    ])
    func aScopeThatDoesNotServeIsAnApplicationThatCannotBeMade(fault: String, words: String) throws {
        let worker = try worker(fault)
        #expect(try worker.waitForExit() == 4)
        #expect(worker.output.contains(words))
    }

    @Test(arguments: [("end-throws", "asked to fail"), ("end-serves", "a worker serves one application, once")])
    func anErrorAfterServingIsLoggedAndNothingElse(fault: String, words: String) throws {
        let worker = try worker(fault)
        try worker.waitFor("notice worker pid=")
        worker.signal(SIGTERM)
        #expect(try worker.waitForExit() == 0)
        #expect(worker.lines(with: " error worker pid=", words).count == 1)
    }

    @Test(arguments: [SIGTERM, SIGQUIT])
    func aWorkerThatIsToldToLeaveWhileItPreparesItselfGivesUp(signal: Int32) throws {
        let worker = try worker("scope-waits")
        try worker.waitFor("preparing")
        worker.signal(signal)
        #expect(try worker.waitForExit() == 0)
        #expect(!worker.output.contains(" error ") && !worker.output.contains(" critical "))
    }

    @Test func aStopDoesNotWaitForTheRestOfTheScope() throws {
        let worker = try worker("end-waits")
        try worker.waitFor("notice worker pid=")
        worker.signal(SIGTERM)
        try worker.waitFor("waiting\n")
        let began = ContinuousClock.now
        worker.signal(SIGQUIT)
        #expect(try worker.waitForExit() == 0)
        #expect(ContinuousClock.now - began < .seconds(30))
    }

    @Test func aHandlerThatHoldsTheLoopIsLoggedInADebugBuild() throws {
        let worker = try worker("")
        try worker.waitFor("notice worker pid=")
        let port = try #require(worker.output.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) })
        for _ in 1...2 { #expect(try Client(port: port).ask("/hold?ms=60").status == 200) }
        worker.signal(SIGTERM)
        #expect(try worker.waitForExit() == 0)
        #expect(worker.lines(with: " warning worker pid=", "blocked the loop", "method=GET", "path=/hold").count == 1)
    }

    // MARK: Commands

    @Test func anApplicationHasCommandsOfItsOwn() throws {
        let said = try worker("", ["say", "hello", "you"])
        #expect(try said.waitForExit() == 0)
        #expect(said.output == "hello you\n")
        let failed = try worker("", ["fail"])
        #expect(try failed.waitForExit() == 9)
        #expect(failed.output.contains(" critical fail pid=") && failed.output.contains("asked to fail"))
        let found = try worker("", ["find"])
        #expect(try found.waitForExit() == 3)
        #expect(found.output == "two problems\n")
    }

    @Test(arguments: [["say"], ["fail", "well"], ["dance"], []])
    func theUsageNamesThem(arguments: [String]) throws {
        let worker = try worker("", arguments)
        #expect(try worker.waitForExit() == 1)
        #expect(
            worker.output.hasPrefix("usage: ")
                && worker.output.hasSuffix(" serve | prestart | check | say WORD... | fail | find\n"))
    }

    @Test func whatACommandPrintsAndNobodyCanWriteIsAnError() throws {
        let short = try worker("", ["say", "hello"], output: "/dev/full")
        #expect(try short.waitForExit() == 1)
        let long = try worker("", ["say", String(repeating: "x", count: 100_000)], output: "/dev/full")
        #expect(try long.waitForExit() == 1)
    }
}
