import Testing

@testable import Recipes

@Suite struct DatabaseHealthTests {
    private let start = ContinuousClock.now
    private var health = DatabaseHealth()

    @Test mutating func aProblemIsReportedWhenItBeginsAndWhenItEnds() {
        #expect(
            health.handle(.failed("the file was removed"), at: start) == [
                .reportProblem("the file was removed; requests get a 503 until it is back")
            ])
        #expect(health.handle(.failed("not a database"), at: start + .seconds(1)) == [])
        #expect(health.accessProblem == .init(since: start, reason: "not a database", isReported: false))
        #expect(!health.isUsable)
        #expect(
            health.handle(.opened, at: start + .milliseconds(2540)) == [
                .reportRecovery("the database can be used again after 2.5 s")
            ])
        #expect(health == DatabaseHealth())
    }

    @Test mutating func aNewReasonThatLastsIsReported() {
        _ = health.handle(.failed("the file was replaced"), at: start)
        #expect(health.handle(.failed("it has no tables"), at: start + .seconds(1)) == [])
        let other = DatabaseHealth.Effect.reportProblem("it has no tables; requests get a 503 until it is back")
        #expect(health.handle(.failed("it has no tables"), at: start + .seconds(5)) == [other])
        #expect(health.handle(.failed("it has no tables"), at: start + .seconds(6)) == [])
        #expect(health.handle(.opened, at: start + .seconds(7)).count == 1)
    }

    @Test mutating func aFullDiskStopsWritesOnlyAndIsReportedOnce() {
        #expect(health.handle(.writeFailed("full"), at: start).count == 1)
        #expect(health.handle(.writeFailed("full"), at: start) == [])
        #expect(health.isUsable)
        #expect(!health.isWritable)
        #expect(health.handle(.opened, at: start) == [])
        #expect(
            health.handle(.writeSucceeded, at: start + .seconds(61)) == [
                .reportRecovery("the database can be written again after 61.0 s")
            ])
        #expect(health.isWritable)
    }

    @Test mutating func aFailureOfTheFilesOverridesAFullDisk() {
        _ = health.handle(.writeFailed("full"), at: start)
        #expect(health.handle(.failed("gone"), at: start).count == 1)
        #expect(health.handle(.writeSucceeded, at: start) == [])
        #expect(health.handle(.writeFailed("full"), at: start) == [])
        #expect(health.problem == "gone")
        #expect(health.handle(.opened, at: start).count == 1)
        #expect(health.problem == nil)
    }

    @Test mutating func aMissingTableIsReportedAndStopsNoRequest() {
        #expect(health.handle(.schemaCheckFailed("no table"), at: start) == [.reportProblem("no table")])
        #expect(health.handle(.schemaCheckFailed("no table"), at: start) == [])
        #expect(health.problem == "no table")
        #expect(health.isUsable && health.isWritable)
        #expect(
            health.handle(.schemaCheckSucceeded, at: start) == [
                .reportRecovery("the tables of the database can be read again")
            ])
        #expect(health == DatabaseHealth())
    }

    @Test mutating func aRecoveryReportsTheProblemThatIsLeft() {
        _ = health.handle(.schemaCheckFailed("no table"), at: start)
        _ = health.handle(.writeFailed("full"), at: start)
        #expect(health.problem == "full")
        #expect(
            health.handle(.writeSucceeded, at: start + .seconds(1)) == [
                .reportRecovery("the database can be written again after 1.0 s"), .reportProblem("no table"),
            ])
    }

    @Test mutating func goodNewsWithoutAProblemIsNotReported() {
        #expect(health.handle(.opened, at: start) == [])
        #expect(health.handle(.writeSucceeded, at: start) == [])
        #expect(health.handle(.schemaCheckSucceeded, at: start) == [])
        #expect(health.problem == nil)
    }
}
