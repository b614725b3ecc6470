import Foundation
import Glibc

/// Checks a database's files when a name in their directory changes, and once a second.
enum DatabaseMonitor {
    /// Starts a thread that runs as long as the database exists.
    static func start(_ database: SQLiteStore) {
        let directory = database.location.directory
        let thread = Thread { [weak database] in
            var watcher = DirectoryWatcher(directory)
            while true {
                guard let isHealthy = database?.checkAndRepair() else { return }
                // The directory itself may have been moved or replaced.
                if !isHealthy { watcher = DirectoryWatcher(directory) }
                watcher.wait(milliseconds: isHealthy ? 1000 : 100)
            }
        }
        thread.name = "database"
        thread.start()
    }
}

/// Waits for changes of names in a directory (inotify(7)).
private final class DirectoryWatcher {
    private let descriptor: Int32

    init(_ directory: String) {
        descriptor = inotify_init1(O_NONBLOCK | O_CLOEXEC)
        let events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
        if descriptor >= 0 { inotify_add_watch(descriptor, directory, UInt32(events)) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Returns early if a name has changed. Without inotify, it waits for the whole time.
    func wait(milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}
