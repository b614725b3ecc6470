import Testing

@testable import Recipes

@Suite struct DatabaseConditionTests {
    private let start = ContinuousClock.now
    private var condition = DatabaseCondition()

    @Test mutating func aTroubleIsReportedWhenItBeginsAndWhenItEnds() {
        #expect(
            condition.handle(.lost("the file was removed"), at: start) == [
                .reportTrouble("the file was removed; requests get a 503 until it is back")
            ])
        #expect(condition.handle(.lost("it is no database"), at: start + .seconds(1)) == [])
        #expect(condition.trouble == .init(since: start, reason: "it is no database", isSaid: false))
        #expect(!condition.isUsable)
        #expect(
            condition.handle(.opened, at: start + .milliseconds(2540)) == [
                .reportEnd("the database can be used again after 2.5 s")
            ])
        #expect(condition == DatabaseCondition())
    }

    @Test mutating func anotherReasonThatLastsIsReportedToo() {
        _ = condition.handle(.lost("the file was replaced"), at: start)
        #expect(condition.handle(.lost("it has no tables"), at: start + .seconds(1)) == [])
        let other = DatabaseCondition.Effect.reportTrouble("it has no tables; requests get a 503 until it is back")
        #expect(condition.handle(.lost("it has no tables"), at: start + .seconds(5)) == [other])
        #expect(condition.handle(.lost("it has no tables"), at: start + .seconds(6)) == [])
        #expect(condition.handle(.opened, at: start + .seconds(7)).count == 1)
    }

    @Test mutating func aFullDiskLeavesReadsAndIsReportedOnce() {
        #expect(condition.handle(.writeFailed("full"), at: start).count == 1)
        #expect(condition.handle(.writeFailed("full"), at: start) == [])
        #expect(condition.isUsable)
        #expect(!condition.isWritable)
        #expect(condition.handle(.opened, at: start) == [])
        #expect(
            condition.handle(.written, at: start + .seconds(61)) == [
                .reportEnd("the database can be written again after 61.0 s")
            ])
        #expect(condition.isWritable)
    }

    @Test mutating func filesThatAreLostOutweighAFullDisk() {
        _ = condition.handle(.writeFailed("full"), at: start)
        #expect(condition.handle(.lost("gone"), at: start).count == 1)
        #expect(condition.handle(.written, at: start) == [])
        #expect(condition.handle(.writeFailed("full"), at: start) == [])
        #expect(condition.trouble?.reason == "gone")
        #expect(condition.handle(.opened, at: start).count == 1)
        #expect(condition.trouble == nil)
    }

    @Test mutating func whatIsWellIsNotReported() {
        #expect(condition.handle(.opened, at: start) == [])
        #expect(condition.handle(.written, at: start) == [])
        #expect(condition.trouble == nil)
    }
}
