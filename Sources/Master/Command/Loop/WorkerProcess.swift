import Contract
import Linux
import Platform
import Supervisor

/// A worker as the master holds it: the process, and its end of the channel.
final class WorkerProcess {
    let id: Worker.ID
    let child: Child
    let control: ControlChannel
    /// The worker has closed its end: there is nothing more to read, and its process is about to end.
    var isSilent = false
    var limit = MessageLimit()
    /// Once it is gone.
    var obituary: Obituary?

    init(id: Worker.ID, child: consuming Child, control: consuming ControlChannel) {
        self.id = id
        self.child = child
        self.control = control
    }
}

/// A prestart as the master holds it.
final class PrestartProcess {
    let generation: Int
    let child: Child
    /// It was told to end: what it has started is to end with it.
    var isToldToEnd = false

    init(generation: Int, child: consuming Child) {
        self.generation = generation
        self.child = child
    }
}
