internal import Contract
internal import Linux
import Glibc
import Logging

/// What every worker needs of its host: descriptors to wait by, and threads. One that gets none of them has nothing to
/// serve with, and ends with one line and exit code 3; its master tries again.
enum HostLimit {
    static func end(_ error: SystemError) -> Never {
        Logger(label: "serving").critical("the host gives this worker too little: \(error.advised)")
        WorkerProgram.leave(.boot)
    }

    /// The descriptor that a call made; the end when it made none.
    static func descriptor(_ call: String, _ make: () -> Int32) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { end(SystemError(call)) }
        return descriptor
    }

    /// Starts that many threads at once, and lets them go: libraries that an application starts threads by know no
    /// better than to trap when there are none.
    static func checkThreads(_ count: Int) {
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
        if failure != 0 { end(SystemError("pthread_create", errno: failure)) }
    }
}
