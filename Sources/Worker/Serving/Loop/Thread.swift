internal import CLinux
internal import Contract
internal import Linux
import Glibc

/// A thread of the system.
struct Thread: Sendable {
    private let identifier: pthread_t

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts one; it inherits the calling thread's signal mask. Where the host gives none, the worker ends (`HostLimit`).
    /// - Parameter name: at most 15 bytes, for those who look at the process.
    static func start(_ name: String, _ run: @escaping @Sendable () -> Void) -> Thread {
        var identifier = pthread_t()
        let body = Unmanaged.passRetained(
            Body {
                brigade_set_name(name)
                run()
            }
        ).toOpaque()
        let failure = pthread_create(
            &identifier, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, body)
        if failure != 0 { HostLimit.end(SystemError("pthread_create", errno: failure)) }
        return Thread(identifier: identifier)
    }

    func signal(_ number: Int32) {
        pthread_kill(identifier, number)
    }

    /// Waits for its end.
    func join() {
        pthread_join(identifier, nil)
    }
}
