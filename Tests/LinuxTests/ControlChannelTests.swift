import Contract
import Linux
import Glibc
import Testing
import SystemPackage

@Suite struct ControlChannelTests {
    @Test func everyMessageArrivesWholeAndInOrder() throws {
        var end: OwnedDescriptor?
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
        for message in MasterMessage.allCases { try master.send(message) }
        for message in MasterMessage.allCases {
            guard case .message(let received) = worker.receive(MasterMessage.self) else {
                Issue.record("nothing"); return
            }
            #expect(received == message)
        }
    }

    @Test func aClosedPeerIsReportedAsTheEnd() throws {
        var end: OwnedDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        end = nil
        guard case .end = master.receive(WorkerMessage.self) else { Issue.record("no end"); return }
        #expect(throws: SystemError("send", errno: .brokenPipe)) { try master.send(MasterMessage.drain) }
    }

    @Test func aHealthProblemIsShortenedToOneLine() throws {
        var end: OwnedDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        let worker = ControlChannel(owning: end.take()!)
        let long = String(repeating: "ü", count: 300)
        for (text, heard) in [
            ("the disk is full\n\u{1b}[2J\u{202e}", #"the disk is full\n\u{1b}[2J\u{202e}"#), ("", nil),
            (long, String(repeating: "ü", count: 100)),
        ] as [(String, String?)] {
            try worker.send(WorkerMessage.healthProblem(text))
            guard case .message(let received) = master.receive(WorkerMessage.self) else {
                Issue.record("nothing"); return
            }
            #expect(received == .healthProblem(heard))
        }
        // What a worker sends that goes behind the library's back.
        for text in [[0xff, 0x1b, 0x9b], Array("\u{85}\u{2028}".utf8)] as [[UInt8]] {
            let bytes = [1, 6] + text
            #expect(send(worker.descriptor, bytes, bytes.count, 0) == bytes.count)
            guard case .message(.healthProblem(let heard?)) = master.receive(WorkerMessage.self) else {
                Issue.record("nothing"); return
            }
            #expect(heard == heard.visible)
        }
        for count in [201, 5000] {
            let bytes = [1, 6] + [UInt8](repeating: 65, count: count)
            #expect(send(worker.descriptor, bytes, bytes.count, 0) == bytes.count)
            guard case .unknown = master.receive(WorkerMessage.self) else { Issue.record("understood"); return }
        }
    }

    @Test(arguments: [[2, 1], [1], [1, 9], [1, 1, 1]] as [[UInt8]])
    func aMessageOfAnotherVersionIsKnownAsUnknown(bytes: [UInt8]) throws {
        var end: OwnedDescriptor?
        let master = try ControlChannel.pair(workerEnd: &end)
        let worker = ControlChannel(owning: end.take()!)
        #expect(send(worker.descriptor, bytes, bytes.count, 0) == bytes.count)
        guard case .unknown = master.receive(WorkerMessage.self) else { Issue.record("understood"); return }
    }
}
