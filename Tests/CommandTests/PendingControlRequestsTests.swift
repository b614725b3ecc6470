import Contract
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct PendingControlRequestsTests {
    private let id = Worker.ID(slot: 3, generation: 1, serial: 9)

    @Test func whoeverWaitsForAReloadHearsOfThatOneAndOfNoEarlier() {
        var requests = PendingControlRequests()
        requests.add(.reload(after: 2), for: 7)
        #expect(requests.handle(.reloadComplete(generation: 2, after: .zero)).isEmpty)
        let answered = requests.handle(.reloadComplete(generation: 3, after: .zero))
        #expect(answered.map(\.client) == [7])
        #expect(answered.first?.reply.isSuccess == true)
        #expect(requests.handle(.reloadComplete(generation: 4, after: .zero)).isEmpty)
    }

    @Test func anAbandonedReloadIsAFailureWithItsReason() {
        var requests = PendingControlRequests()
        requests.add(.reload(after: 1), for: 7)
        let reply = requests.handle(.reloadFailed(generation: 2, .open(reason: "it is gone"))).first?.reply
        #expect(reply?.isSuccess == false)
        #expect(reply?.text.contains("it is gone") == true)
    }

    @Test func aScaleIsAnsweredWhenAllAreReadyAndNoneIsTooMany() {
        var requests = PendingControlRequests()
        requests.add(.scale(3), for: 1)
        #expect(requests.workersChanged(ready: 2, living: 3, target: 3).isEmpty)
        #expect(requests.workersChanged(ready: 3, living: 4, target: 3).isEmpty)
        #expect(requests.workersChanged(ready: 3, living: 3, target: 3).first?.reply == .success("3 workers are ready"))
    }

    @Test func aScaleThatCannotBeSaysWhy() {
        var requests = PendingControlRequests()
        requests.add(.scale(4), for: 1)
        requests.add(.scale(4), for: 2)
        requests.remove(2)
        let ended = OperatorEvent.workerExited(
            id, .exited(3), state: .booting(until: .zero), age: .zero, restart: .seconds(1))
        let answered = requests.handle(ended)
        #expect(answered.map(\.client) == [1])
        #expect(answered.first?.reply.isSuccess == false)
    }

    @Test func aDrainIsAnsweredWhenThatWorkerHasExited() {
        var requests = PendingControlRequests()
        requests.add(.drain(id), for: 1)
        let other = Worker.ID(slot: 4, generation: 1, serial: 10)
        let state = Worker.State.draining(until: .zero)
        #expect(requests.handle(.workerExited(other, .success, state: state, age: .zero, restart: nil)).isEmpty)
        let answered = requests.handle(.workerExited(id, .success, state: state, age: .zero, restart: nil))
        #expect(answered.first?.reply == .success("worker 3 of generation 1 has drained and is replaced"))
    }

    @Test(arguments: [
        OperatorEvent.workerExited(
            Worker.ID(slot: 3, generation: 1, serial: 9), .signaled(9), state: .draining(until: .zero), age: .zero,
            restart: nil),
        .workerExited(
            Worker.ID(slot: 4, generation: 1, serial: 10), .exited(3), state: .booting(until: .zero), age: .zero,
            restart: .seconds(1)), .stopping(.drain),
    ])
    func aDrainThatGoesWrongSaysWhy(event: OperatorEvent) {
        var requests = PendingControlRequests()
        requests.add(.drain(id), for: 1)
        #expect(requests.handle(event).map(\.reply.isSuccess) == [false])
    }

    @Test func theEndOfTheServerIsWhatAStopWaitsForAndNobodyElse() {
        var requests = PendingControlRequests()
        requests.add(.stop, for: 1)
        requests.add(.reload(after: 1), for: 2)
        let answered = requests.serverEnded(.ok)
        #expect(answered.map(\.reply.isSuccess) == [true, false])
    }
}
