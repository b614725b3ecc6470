import Foundation
import Glibc

/// Looks at a database's files as soon as names in their folder change, and once a second.
enum DatabaseWatch {
    /// Starts a thread that looks for as long as the database lives.
    static func start(_ database: RecipeDatabase) {
        let folder = database.location.folder
        let file = database.location.name
        let thread = Thread { [weak database] in
            var watch = FolderWatch(folder, names: file)
            while true {
                guard let isUsable = database?.look() else { return }
                // A folder that was moved or removed is looked for by its name again.
                if !isUsable { watch = FolderWatch(folder, names: file) }
                watch.wait(milliseconds: isUsable ? 1000 : 100)
            }
        }
        thread.name = "database"
        thread.start()
    }
}

/// Waits for names in a folder to change (inotify(7)).
private final class FolderWatch {
    private let descriptor: Int32
    private let prefix: String

    /// - Parameter names: how the names begin that matter.
    init(_ folder: String, names prefix: String) {
        self.prefix = prefix
        descriptor = inotify_init1(O_NONBLOCK | O_CLOEXEC)
        let events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
        if descriptor >= 0 { inotify_add_watch(descriptor, folder, UInt32(events)) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Returns early when a name has changed. Without inotify it waits for the time.
    func wait(milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}
