import Contract
import Linux
import Glibc

/// One message to the service manager.
final class ServiceMessage {
    enum Kind: Equatable {
        case ready, reloading, stopping, status, alive, extend
        case store(String)
        case forget(String)
    }

    let kind: Kind
    let text: String
    /// Goes with it; -1 is none.
    let descriptor: Int32
    private let hasStatus: Bool
    /// What keeps the descriptor open, however its owner fares.
    private let copy: FileDescriptor?

    init(_ kind: Kind, _ lines: [String], status: String? = nil, borrowing descriptor: Int32 = -1) {
        self.kind = kind
        // A line is an assignment: a status that goes on in another would be one more.
        let status = status.map { ["STATUS=" + $0.split(whereSeparator: \.isNewline).joined(separator: " ")] } ?? []
        text = (lines + status).joined(separator: "\n")
        hasStatus = !status.isEmpty
        self.descriptor = descriptor
        copy = nil
    }

    private init(keeping message: ServiceMessage, _ copy: Int32) {
        kind = message.kind
        text = message.text
        hasStatus = message.hasStatus
        descriptor = copy
        self.copy = FileDescriptor(owning: copy)
    }

    /// One that may wait.
    func kept() -> ServiceMessage {
        guard descriptor >= 0 else { return self }
        let number = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return number < 0 ? self : ServiceMessage(keeping: self, number)
    }

    /// Whether it need not be sent any more when the other is. A status that came with something else stays with it.
    func isOvertaken(by next: ServiceMessage) -> Bool {
        switch (kind, next.kind) {
        case (.status, _): next.hasStatus
        case (.store(let name), .forget(let other)): name == other
        default: kind == next.kind
        }
    }
}
