internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
internal import SystemPackage

/// A POSIX thread.
struct SystemThread: Sendable {
    private let identifier: pthread_t

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a thread; it inherits the calling thread's signal mask. Exits where the host has none (`HostResources`).
    /// - Parameter name: at most 15 bytes, as ps and top show it.
    static func start(_ name: String, _ run: @escaping @Sendable () -> Void) -> SystemThread {
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
        if failure != 0 { HostResources.exit(because: SystemError("pthread_create", errno: Errno(rawValue: failure))) }
        return SystemThread(identifier: identifier)
    }

    func signal(_ number: Int32) {
        pthread_kill(identifier, number)
    }

    /// Nobody waits for its end.
    func detach() {
        pthread_detach(identifier)
    }

    /// Waits for its end.
    func join() {
        pthread_join(identifier, nil)
    }
}

/// What every worker needs of its host: descriptors and threads. A worker that gets none of them cannot serve: it exits with
/// one log line and exit code 3, and its master tries again.
enum HostResources {
    static func exit(because error: SystemError) -> Never {
        Logger(label: "serving").critical(
            "the host has too few resources for this worker: \(error.descriptionWithAdvice)")
        WorkerProgram.exitNow(.boot)
    }

    /// The descriptor that a system call returned; exits when it failed.
    static func descriptor(_ call: String, _ make: () -> Int32) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { exit(because: SystemError(call)) }
        return descriptor
    }

    /// Starts that many threads at once, and lets them end: libraries of the application would trap when they get none.
    static func requireThreads(_ count: Int) {
        let barrier = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        defer { barrier.deallocate() }
        pthread_mutex_init(barrier, nil)
        pthread_mutex_lock(barrier)
        var threads: [pthread_t] = []
        var failure: Int32 = 0
        for _ in 0..<count where failure == 0 {
            var thread = pthread_t()
            failure = pthread_create(
                &thread, nil,
                { barrier in
                    let barrier = barrier!.assumingMemoryBound(to: pthread_mutex_t.self)
                    pthread_mutex_lock(barrier)
                    pthread_mutex_unlock(barrier)
                    return nil
                }, barrier)
            if failure == 0 { threads.append(thread) }
        }
        pthread_mutex_unlock(barrier)
        for thread in threads { pthread_join(thread, nil) }
        if failure != 0 { exit(because: SystemError("pthread_create", errno: Errno(rawValue: failure))) }
    }
}
