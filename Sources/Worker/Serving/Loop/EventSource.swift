/// Something that the loop watches: a descriptor, or a time.
@LoopActor protocol EventSource: AnyObject {
    /// The descriptor is ready.
    /// - Parameter events: EPOLLIN and its like.
    func ready(_ events: UInt32)

    /// A time that was scheduled has come, or an earlier one that was given up since.
    func timeCame()

    /// What was asked for by `EventLoop.queue`: the others have had their turn.
    func turnCame()
}

extension EventSource {
    /// For a source that never asks for one.
    func turnCame() {}
}
