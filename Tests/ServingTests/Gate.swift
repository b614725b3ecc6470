import Synchronization

/// Lets tests and handlers wait for each other without looking at a clock.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

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
