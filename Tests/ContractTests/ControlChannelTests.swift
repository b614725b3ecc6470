import Contract
import Glibc
import Testing

@Suite struct ControlChannelTests {
    @Test func everyMessageArrivesWholeAndInOrder() throws {
        var end: FileDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        let worker = ControlChannel(owning: end.take()!)
        for message in WorkerMessage.allCases { try worker.send(message) }
        for message in WorkerMessage.allCases {
            guard case .message(let received) = master.receive(WorkerMessage.self) else {
                Issue.record("nothing"); return
            }
            #expect(received == message)
        }
        guard case .empty = master.receive(WorkerMessage.self) else { Issue.record("more came"); return }
    }

    @Test func aDeadOtherSideIsTheEnd() throws {
        var end: FileDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        end = nil
        guard case .end = master.receive(WorkerMessage.self) else { Issue.record("no end"); return }
        #expect(throws: SystemError("send", errno: EPIPE)) { try master.send(MasterMessage.drain) }
    }

    @Test(arguments: [[2, 1], [1], [1, 9], [1, 1, 1]] as [[UInt8]])
    func aMessageOfAnotherVersionIsKnownAsUnknown(bytes: [UInt8]) throws {
        var end: FileDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        let worker = ControlChannel(owning: end.take()!)
        #expect(send(worker.descriptor, bytes, bytes.count, 0) == bytes.count)
        guard case .unknown = master.receive(WorkerMessage.self) else { Issue.record("understood"); return }
    }
}
