import Contract
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct ErrandsTests {
    private let id = Worker.ID(slot: 3, generation: 1, serial: 9)

    @Test func whoeverWaitsForAReloadHearsOfThatOneAndOfNoEarlier() {
        var errands = Errands()
        errands.add(.reload(after: 2), for: 7)
        #expect(errands.hear(.reloadComplete(generation: 2, after: .zero)).isEmpty)
        let answered = errands.hear(.reloadComplete(generation: 3, after: .zero))
        #expect(answered.map(\.client) == [7])
        #expect(answered.first?.reply.isGood == true)
        #expect(errands.hear(.reloadComplete(generation: 4, after: .zero)).isEmpty)
    }

    @Test func anAbandonedReloadIsAFailureWithItsReason() {
        var errands = Errands()
        errands.add(.reload(after: 1), for: 7)
        let reply = errands.hear(.reloadFailed(generation: 2, .open(reason: "it is gone"))).first?.reply
        #expect(reply?.isGood == false)
        #expect(reply?.text.contains("it is gone") == true)
    }

    @Test func aScaleIsAnsweredWhenAllAreReadyAndNoneIsTooMany() {
        var errands = Errands()
        errands.add(.scale(3), for: 1)
        #expect(errands.look(ready: 2, living: 3, target: 3).isEmpty)
        #expect(errands.look(ready: 3, living: 4, target: 3).isEmpty)
        #expect(errands.look(ready: 3, living: 3, target: 3).first?.reply == .good("3 workers are ready"))
    }

    @Test func aScaleThatCannotBeSaysWhy() {
        var errands = Errands()
        errands.add(.scale(4), for: 1)
        errands.add(.scale(4), for: 2)
        errands.forget(2)
        let ended = OperatorEvent.workerExited(
            id, .exited(3), state: .booting(until: .zero), age: .zero, restart: .seconds(1))
        let answered = errands.hear(ended)
        #expect(answered.map(\.client) == [1])
        #expect(answered.first?.reply.isGood == false)
    }

    @Test func theEndOfTheServerIsWhatAStopWaitsForAndNobodyElse() {
        var errands = Errands()
        errands.add(.stop, for: 1)
        errands.add(.reload(after: 1), for: 2)
        let answered = errands.end(.ok)
        #expect(answered.map(\.reply.isGood) == [true, false])
    }
}
