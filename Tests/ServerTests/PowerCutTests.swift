import Foundation
import TestSupport
import Testing

/// A 201 that a client has read is a promise, also when the power fails right then: whatever the disk has kept of what was not
/// made durable.
@Suite(.serialized) struct PowerCutTests {
    /// A server's life under load: its first start, checkpoints, a log that begins anew, workers that end, come and are killed,
    /// a stop, and a start.
    private static func life(_ folder: String, _ recorder: DiskRecorder) throws -> RecipeWriters.Outcome {
        func start() throws -> TestServer {
            try TestServer(workers: 2, on: .unix, environment: recorder.environment, folder: folder)
        }
        let first = try start()
        // Large ones fill the log: SQLite moves it to the database after 1000 pages.
        let writers = RecipeWriters(first.address, count: 4, position: recorder.position) { _, number in
            number % 2 == 1 ? String(repeating: "salt ", count: 6000) : "Mum"
        }
        for signal in [SIGHUP, SIGKILL, SIGTERM] {
            try writers.waitForMore(than: 40)
            let mark = first.master.mark
            switch signal {
            case SIGHUP:
                first.master.signal(SIGHUP)
                try first.master.waitFor("reload complete", from: mark)
            case SIGKILL: kill(try #require(first.workers.last), SIGKILL)
            default:
                first.master.signal(SIGTERM)
                #expect(try first.master.waitForExit() == 0)
            }
        }
        let second = try start()
        try writers.waitForMore(than: 40)
        let outcome = writers.stop()
        second.master.signal(SIGTERM)
        #expect(try second.master.waitForExit() == 0)
        withExtendedLifetime(first) {}
        return outcome
    }

    /// A recorded life, and what its clients were told.
    private struct Recording {
        let operations: [DiskOperation]
        let outcome: RecipeWriters.Outcome
        let folder: String
        var random: SeededGenerator
        private(set) var states = 0

        init(_ recorder: DiskRecorder, _ outcome: RecipeWriters.Outcome, folder: String, seed: UInt64) throws {
            operations = try recorder.operations()
            (self.outcome, self.folder, random) = (outcome, folder, SeededGenerator(seed: seed))
        }

        /// How often a log was begun: its header has 32 bytes (https://sqlite.org/walformat.html).
        var logs: Int {
            operations.count { if case .write(_, 0, let bytes) = $0.kind { bytes.count == 32 } else { false } }
        }

        /// Where the first client had read a 201.
        var firstPromise: Int { outcome.created.values.map(\.position).min() ?? .max }

        /// Cuts the power after each sync and each change of a name, and after some other operations.
        /// - Parameters:
        ///   - step: each so manieth of these moments.
        ///   - losses: of content and of names.
        ///   - ignored: the file whose syncs do nothing from that position on; the directory's name is empty.
        /// - Returns: the first state that contradicts what the clients were told.
        mutating func contradiction(
            step: Int = 1, losses: [(content: SimulatedDisk.Loss, names: SimulatedDisk.Loss)],
            ignoringSyncsOf ignored: (name: String, from: Int)? = nil
        ) throws -> String? {
            var disk = SimulatedDisk()
            var moment = 0
            let others = Set(operations.indices.shuffled(using: &random).prefix(50))
            for (index, operation) in operations.enumerated() {
                if let ignored, operation.start >= ignored.from { disk.nameWithoutSyncs = ignored.name }
                disk.apply(operation)
                guard operation.isBoundary || others.contains(index) else { continue }
                moment += 1
                guard moment.isMultiple(of: step) else { continue }
                for loss in disk.hasPendingChanges ? losses : [(.everything, .everything)] {
                    let files = disk.files(afterLossOf: loss.content, namesAfterLossOf: loss.names, using: &random)
                    let found = try contradictions(of: files, at: operation.end)
                    guard found.isEmpty else {
                        return "operation \(index + 1) of \(operations.count), loss of \(loss): "
                            + "\(found.prefix(3)); the files are in \(folder)"
                    }
                }
            }
            return nil
        }

        private mutating func contradictions(of files: [String: [UInt8]], at position: Int) throws -> [String] {
            states += 1
            try SimulatedDisk.write(files, to: folder)
            return outcome.contradictions(with: StoredRecipes(folder + "/recipes.db"), before: position)
        }
    }

    @Test func whatWasAcknowledgedSurvivesAPowerCutAtAnyMoment() throws {
        let folder = try TestServer.newFolder()
        let records = try TestServer.newFolder()
        let recorder = try DiskRecorder(of: folder + "/recipes.db", in: records)
        let outcome = try Self.life(folder, recorder)
        #expect(outcome.unexpected == [])
        let seed = UInt64.random(in: 0...999_999)
        var recording = try Recording(recorder, outcome, folder: records + "/state", seed: seed)
        let contradiction = try recording.contradiction(
            losses: [
                (.everything, .everything), (.nothing, .nothing), (.latest, .latest), (.random, .random),
            ])
        print(
            "seed \(seed): \(recording.operations.count) operations, \(recording.logs) logs, "
                + "\(recording.states) states, \(outcome.summary)")
        #expect(recording.logs > 2, "a log begins anew after a checkpoint")
        try #require(contradiction == nil, "seed \(seed)")
        // Each kind of sync is needed, and what is lost without it is found. All names are there before the first promise.
        for ignored in [("", 0), ("recipes.db-wal", recording.firstPromise), ("recipes.db", recording.firstPromise)] {
            let found = try recording.contradiction(
                step: 10, losses: [(.everything, .everything)], ignoringSyncsOf: ignored)
            #expect(found != nil, "without syncs of '\(ignored.0)'")
        }
        try FileManager.default.removeItem(atPath: records)
    }

    @Test func aPrestartGoesOnWhereItWasKilledOrThePowerFailed() throws {
        let (folder, state) = (try TestServer.newFolder(), try TestServer.newFolder())
        func prestart(_ folder: String, _ environment: [String: String] = [:]) throws -> (code: Int32, output: String) {
            let base = ["DATABASE_URL": "sqlite:///\(folder)/recipes.db"]
            let process = try ChildProcess(
                BuildProducts.worker, ["prestart"], environment: base.merging(environment) { $1 }, folder: folder)
            return (try process.waitForExit(), process.output)
        }
        let recorder = try DiskRecorder(of: folder + "/recipes.db", in: folder)
        #expect(try prestart(folder, recorder.environment).code == 0)
        let seeds = StoredRecipes(folder + "/recipes.db").ids
        #expect(seeds.count == 3)
        let operations = try recorder.operations()
        var random = SeededGenerator(seed: 1)
        var (disk, tried) = (SimulatedDisk(), Set<[String: [UInt8]]>())
        let moments = Set(operations.indices.shuffled(using: &random).prefix(20))
        for (index, operation) in operations.enumerated() {
            disk.apply(operation)
            guard moments.contains(index) else { continue }
            // A killed process leaves all that it has written.
            for loss in [SimulatedDisk.Loss.nothing, .everything, .random] {
                let files = disk.files(afterLossOf: loss, namesAfterLossOf: loss, using: &random)
                guard tried.insert(files).inserted else { continue }
                try SimulatedDisk.write(files, to: state)
                let (code, output) = try prestart(state)
                let stored = StoredRecipes(state + "/recipes.db")
                let place = "operation \(index + 1) of \(operations.count), loss of \(loss)"
                try #require(code == 0, "\(place): \(output)")
                try #require(stored.ids == seeds && stored.damage == [], "\(place): \(stored)")
            }
        }
        print("\(operations.count) operations, \(tried.count) states of the disk")
        for folder in [folder, state] { try FileManager.default.removeItem(atPath: folder) }
    }

    /// The old database has commits that are only in its log.
    @Test func aRestoreThatIsCutOffLeavesTheOldRowsOrThoseOfTheBackup() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func run(_ command: String..., database: String, _ environment: [String: String] = [:]) throws {
            let base = ["DATABASE_URL": "sqlite:///\(folder)/\(database)"]
            let process = try ChildProcess(
                BuildProducts.worker, command, environment: base.merging(environment) { $1 }, folder: folder)
            #expect(try process.waitForExit() == 0, "\(process.output)")
        }
        try run("prestart", database: "new.db")
        try StoredRecipes.add("New", to: folder + "/new.db", leavingTheLogIn: nil)
        try run("backup", "backup", database: "new.db")
        try run("prestart", database: "old.db")
        try StoredRecipes.add("Old", to: folder + "/old.db", leavingTheLogIn: folder + "/recipes.db")
        var disk = SimulatedDisk()
        for name in ["recipes.db", "recipes.db-wal"] { try disk.add(name, in: folder) }
        let recorder = try DiskRecorder(of: folder + "/recipes.db", in: folder)
        try run("restore", "backup", database: "recipes.db", recorder.environment)
        var random = SeededGenerator(seed: 1)
        var seen: [Set<String>: Int] = [:]
        for (index, operation) in try recorder.operations().enumerated() {
            disk.apply(operation)
            for loss in SimulatedDisk.Loss.allCases {
                let files = disk.files(afterLossOf: loss, namesAfterLossOf: loss, using: &random)
                try SimulatedDisk.write(files, to: folder + "/state")
                let stored = StoredRecipes(folder + "/state/recipes.db")
                let labels = Set(stored.ids.keys).intersection(["Old", "New"])
                seen[labels, default: 0] += 1
                #expect(
                    stored.damage == [] && stored.ids.count == 4 && labels.count == 1,
                    "operation \(index + 1), loss of \(loss): \(stored), \(files.keys.sorted())")
            }
        }
        #expect(Set(seen.keys) == [["Old"], ["New"]], "\(seen)")
    }
}
