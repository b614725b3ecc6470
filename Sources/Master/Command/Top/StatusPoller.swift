import Contract
import Linux
import Platform
import SystemPackage

/// Asks a server for its status without waiting for the answer, so that keys work meanwhile.
final class StatusPoller {
    enum Outcome {
        case sample(StatusSample)
        /// Why there is none.
        case failed(String)
    }

    private struct Question: ~Copyable {
        let stream: OwnedDescriptor
        let deadline: Duration
        var bytes: [UInt8] = []

        init(_ stream: consuming OwnedDescriptor, deadline: Duration) {
            self.stream = stream
            self.deadline = deadline
        }
    }

    private let path: String
    private var question: Question?
    /// The answer of 500 workers with 100 requests each has 20 MB.
    private static let longestAnswer = 64 << 20

    init(_ path: String) {
        self.path = path
    }

    var isAsking: Bool { question != nil }

    /// To poll; nil while nothing is asked.
    var descriptor: Int32? {
        switch question {
        case .some(let question): question.stream.number
        case .none: nil
        }
    }

    var deadline: Duration? {
        switch question {
        case .some(let question): question.deadline
        case .none: nil
        }
    }

    /// - Throws: why there is no server to ask.
    func ask(at now: Duration) throws(StartError) {
        do throws(SystemError) {
            let stream = try ControlSocket.connect(path, atMost: .milliseconds(200))
            let line = "\(ControlRequest.status(asJSON: true).line)\n"
            guard case .count = StreamSocket.write(stream.number, Array(line.utf8)) else {
                throw SystemError("write", errno: .brokenPipe)
            }
            question = Question(stream, deadline: now + ControlConnection.timeout)
        } catch {
            throw ControlSocketOptions.noServer(at: path, error)
        }
    }

    /// Something can be read, or the deadline has passed.
    /// - Returns: nil while the answer is not complete.
    func proceed(isReadable: Bool, at now: Duration) -> Outcome? {
        guard var asked = question.take() else { return nil }
        if isReadable {
            switch StreamSocket.read(asked.stream.number, upTo: 65_536) {
            case .bytes(let bytes):
                asked.bytes += bytes
                if asked.bytes.count > Self.longestAnswer { return .failed("the server's answer is too long") }
            case .wouldBlock: break
            case .end: return Self.outcome(asked.bytes)
            }
        }
        guard asked.deadline > now else {
            return .failed(ControlConnection.timeoutError("does not answer", asked.stream.number, path).description)
        }
        question = consume asked
        return nil
    }

    private static func outcome(_ bytes: [UInt8]) -> Outcome {
        guard let reply = ControlReply(message: String(decoding: bytes, as: UTF8.self)) else {
            return .failed("the server exited before it answered")
        }
        guard reply.isSuccess else { return .failed(reply.text.visible) }
        do {
            return .sample(try StatusSample(json: reply.text))
        } catch {
            return .failed("the server's answer is not understood; is it of another version?")
        }
    }
}
