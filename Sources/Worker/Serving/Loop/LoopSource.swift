internal import CLinux
internal import Linux
import Glibc
internal import SystemPackage

/// What a library lets the worker's loop call: when its descriptor is ready, at a time, or at the end of a pass.
///
/// For a library that opens and closes its descriptor itself, such as the client of a database.
@LoopActor package final class LoopSource: EventSource {
    /// What the loop waits for. Errors and the peer's end count as both.
    package struct Interest: OptionSet, Sendable {
        package static let reading = Interest(rawValue: 1)
        package static let writing = Interest(rawValue: 2)

        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        fileprivate var events: UInt32 {
            (contains(.reading) ? EPOLLIN.rawValue : 0) | (contains(.writing) ? EPOLLOUT.rawValue : 0)
        }
    }

    /// The start of this pass, or later: CLOCK_MONOTONIC, nanoseconds.
    package static var now: UInt64 { EventLoop.shared.time.nanoseconds }

    /// When `onDeadline` is called: CLOCK_MONOTONIC, nanoseconds; nil for never. It is called once, and may set a new time.
    package var deadline: UInt64? {
        didSet { schedule() }
    }

    private let loop = EventLoop.shared
    private var token: EventLoop.Token?
    private var watched: (descriptor: Int32, interest: Interest)?
    /// The earliest time that the loop was asked for.
    private var scheduled = UInt64.max
    private var isQueued = false
    private var onReady: (@LoopActor () -> Void)?
    private var onDeadline: (@LoopActor () -> Void)?
    private var onTurn: (@LoopActor () -> Void)?

    /// The loop keeps the source until `close`.
    /// - Parameters:
    ///   - onReady: called while the descriptor is ready for what `watch` names.
    ///   - onDeadline: called when `deadline` has come.
    ///   - onTurn: called once after `askForTurn`.
    package init(
        onReady: @escaping @LoopActor () -> Void = {}, onDeadline: @escaping @LoopActor () -> Void = {},
        onTurn: @escaping @LoopActor () -> Void = {}
    ) {
        self.onReady = onReady
        self.onDeadline = onDeadline
        self.onTurn = onTurn
        token = loop.add(self)
    }

    /// Watches a descriptor from now on, instead of the one before.
    /// - Parameter mayBeNew: whether the library may have closed the descriptor since, which ends the watch, and opened another
    ///   that has its number.
    /// - Returns: false if the kernel refuses to watch it, because of a limit.
    package func watch(_ descriptor: Int32, for interest: Interest, mayBeNew: Bool = false) -> Bool {
        guard let token else { return false }
        if let watched, watched == (descriptor, interest), !mayBeNew { return true }
        if let watched, watched.descriptor != descriptor { unwatch() }
        watched = (descriptor, interest)
        do {
            try loop.watch(descriptor, for: interest.events, token)
        } catch {
            guard error.errno == .fileExists else {
                watched = nil
                return false
            }
            loop.changeWatch(descriptor, for: interest.events, token)
        }
        return true
    }

    /// Watches no descriptor from now on. Call it before the library closes the descriptor.
    package func unwatch() {
        guard let watched = watched.take() else { return }
        loop.unwatch(watched.descriptor)
    }

    /// Calls `onTurn` once: at the end of this pass, when the requests of all connections have begun, or in the next.
    package func askForTurn() {
        guard let token, !isQueued else { return }
        isQueued = true
        loop.queue(token)
    }

    /// Nothing is called from now on. Call it before the library closes the descriptor.
    package func close() {
        guard let token = token.take() else { return }
        unwatch()
        loop.remove(token)
        // They may refer to this source's owner.
        (onReady, onDeadline, onTurn) = (nil, nil, nil)
    }

    private func schedule() {
        guard let token, let deadline, deadline < scheduled else { return }
        scheduled = deadline
        loop.schedule(token, at: deadline)
    }

    // MARK: Calls of the loop

    func ready(_ events: UInt32) {
        onReady?()
    }

    func deadlineReached() {
        guard scheduled <= loop.time.nanoseconds else { return }
        scheduled = .max
        guard let due = deadline else { return }
        if due > loop.time.nanoseconds { return schedule() }
        deadline = nil
        onDeadline?()
    }

    func turnReached() {
        isQueued = false
        onTurn?()
    }
}
