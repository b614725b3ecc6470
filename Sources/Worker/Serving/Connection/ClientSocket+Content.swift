import Messages

// Content that is read or made piece by piece.
extension ClientSocket {
    /// The handler of a request waits for a piece of its content.
    func askForContent(_ number: Int) {
        guard state.token != nil else { return }
        state.connection.askForContent(number, at: loop.moment.nanoseconds)
        advance()
    }

    func deliver(_ event: IncomingContent.Event) {
        guard let content else { return }
        if case .piece = event {} else { self.content = nil }
        content.deliver(event)
    }

    /// Begins the content of an answer.
    func make(_ stream: ResponseStream, of number: Int) {
        let maker = ContentMaker(self, number)
        self.maker = maker
        var isOver = false
        let task = Task.immediate(executorPreference: LoopExecutor.shared) {
            do {
                try await stream.run { try await maker.send($0) }
                self.endContent(number)
            } catch {
                self.cutContent(number, because: error)
            }
            isOver = true
        }
        if !isOver { handlers[number]?.work = .task(task) }
    }

    /// A piece of an answer's content.
    /// - Returns: whether there is room for another; nil when no more is wanted.
    func take(_ piece: [UInt8], of number: Int) -> Bool? {
        guard state.token != nil else { return nil }
        loop.updateTime()
        guard state.connection.send(number, piece, at: loop.moment) else { return nil }
        advance()
        // Whose length is reached is over, whatever its maker would still make.
        guard state.token != nil, state.connection.isStreaming(number) else { return nil }
        if state.connection.hasRoomForContent { return true }
        state.connection.waitForRoom(number)
        return false
    }

    private func endContent(_ number: Int) {
        _ = removeHandler(number)
        guard state.token != nil else { return }
        loop.updateTime()
        let missing = state.connection.endContent(number, at: loop.moment)
        if missing > 0 { _ = server.report(ShortContent(missing: missing)) }
        advance()
    }

    private func cutContent(_ number: Int, because error: any Error) {
        _ = removeHandler(number)
        guard state.token != nil else { return }
        loop.updateTime()
        // What the client does wrong is no failure of this server, and a cancelled task has nobody to tell.
        if state.connection.cutContent(number, at: loop.moment.nanoseconds), !(error is ContentError), !Task.isCancelled
        {
            _ = server.report(error)
        }
        advance()
    }
}

/// An answer whose content ends before the length that the client was told.
struct ShortContent: Error, CustomStringConvertible {
    let missing: Int

    var description: String { "the content of an answer ends \(missing) bytes before its length" }
}
