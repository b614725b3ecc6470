import Synchronization

/// What a client's thread has read, for the test that waits for it.
final class Answers: Sendable {
    private let text = Mutex("")
    private let isThere = Gate()

    func put(_ text: String) {
        self.text.withLock { $0 = text }
        isThere.open()
    }

    func take() async -> String {
        await isThere.wait()
        return text.withLock { $0 }
    }
}
