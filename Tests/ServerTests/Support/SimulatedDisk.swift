import Foundation

/// What a disk holds of the files of one directory, and what only the kernel's memory holds: any part of that may be lost in a
/// power cut, and in any order.
///
/// It is stricter than most file systems: a file's name is durable only after a sync of the directory, and a file may have
/// grown while what was written there is missing.
struct SimulatedDisk {
    /// What a power cut leaves of the changes that no sync has covered.
    enum Loss: CaseIterable {
        case everything
        case nothing
        /// Of each file, what came last.
        case latest
        /// Sector by sector.
        case random
    }

    private enum Change {
        case write(offset: Int, [UInt8])
        case truncate(length: Int)

        func length(after length: Int) -> Int {
            switch self {
            case .write(let offset, let data): max(length, offset + data.count)
            case .truncate(let length): length
            }
        }
    }

    private struct File {
        var durable: [UInt8] = []
        var pending: [Change] = []
        /// How many changes are durable.
        var covered = 0
    }

    private enum Entry {
        /// The file has this name, and no other.
        case set(String, file: Int)
        case remove(String)
    }

    /// A disk keeps or loses a sector as a whole.
    private static let sector = 512

    /// Files by number: an inode's number is used again.
    private var files: [File] = []
    private var numbers: [UInt64: Int] = [:]
    /// The names as processes see them, and as they are on the disk.
    private var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    private var pendingEntries: [Entry] = []
    private var coveredEntries = 0
    /// How many changes of its file, or of the directory, each sync covers that has begun.
    private var syncs: [Int: Int] = [:]

    /// Of this file, syncs do nothing; the directory's name is empty.
    var nameWithoutSyncs: String?

    /// A file that is there, durable, before the first operation.
    mutating func add(_ name: String, in folder: String) throws {
        var status = stat()
        guard stat("\(folder)/\(name)", &status) == 0 else { throw ChildProcess.Failure(description: "no \(name)") }
        numbers[UInt64(status.st_ino)] = files.count
        Self.apply(.set(name, file: files.count), to: &names)
        Self.apply(.set(name, file: files.count), to: &durableNames)
        files.append(File(durable: [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))))
    }

    var hasPendingChanges: Bool { !pendingEntries.isEmpty || files.contains { !$0.pending.isEmpty } }

    mutating func apply(_ operation: DiskOperation) {
        switch operation.kind {
        case .create(let inode, let name):
            numbers[inode] = files.count
            enter(.set(name, file: files.count))
            files.append(File())
        case .write(let inode, let offset, let data):
            files[numbers[inode]!].pending.append(.write(offset: offset, data))
        case .truncate(let inode, let length):
            files[numbers[inode]!].pending.append(.truncate(length: length))
        case .syncBegin(let inode):
            if let file = numbers[inode].map({ files[$0] }) {
                syncs[operation.start] = file.covered + file.pending.count
            } else {
                syncs[operation.start] = coveredEntries + pendingEntries.count
            }
        case .syncEnd(let inode, let begin):
            let count = syncs.removeValue(forKey: begin)!
            if let number = numbers[inode] { cover(number, count) } else { coverEntries(count) }
        case .unlink(let name): enter(.remove(name))
        case .rename(let from, let to):
            // One change of the directory: a rename is atomic.
            enter(.set(to, file: names[from]!))
        }
    }

    private mutating func enter(_ entry: Entry) {
        Self.apply(entry, to: &names)
        pendingEntries.append(entry)
    }

    private static func apply(_ entry: Entry, to names: inout [String: Int]) {
        switch entry {
        case .set(let name, let file):
            for (old, _) in names.filter({ $0.value == file }) { names[old] = nil }
            names[name] = file
        case .remove(let name): names[name] = nil
        }
    }

    private mutating func cover(_ number: Int, _ count: Int) {
        if let nameWithoutSyncs, names[nameWithoutSyncs] == number { return }
        let new = max(0, count - files[number].covered)
        for change in files[number].pending.prefix(new) { Self.apply(change, to: &files[number].durable) }
        files[number].pending.removeFirst(new)
        files[number].covered += new
    }

    private mutating func coverEntries(_ count: Int) {
        if nameWithoutSyncs == "" { return }
        let new = max(0, count - coveredEntries)
        for entry in pendingEntries.prefix(new) { Self.apply(entry, to: &durableNames) }
        pendingEntries.removeFirst(new)
        coveredEntries += new
    }

    // MARK: The power cut

    /// The files that are there when the power is back.
    func files(
        afterLossOf loss: Loss, namesAfterLossOf nameLoss: Loss, using random: inout some RandomNumberGenerator
    ) -> [String: [UInt8]] {
        var names = durableNames
        // A directory's changes are made in their order.
        let entries = Self.count(of: pendingEntries.count, afterLossOf: nameLoss, using: &random)
        for entry in pendingEntries.prefix(entries) { Self.apply(entry, to: &names) }
        return names.mapValues { content(of: files[$0], afterLossOf: loss, using: &random) }
    }

    /// Makes a folder with these files, and no others.
    static func write(_ files: [String: [UInt8]], to folder: String) throws {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, content) in files { try Data(content).write(to: URL(filePath: folder + "/" + name)) }
    }

    private static func count(
        of count: Int, afterLossOf loss: Loss, using random: inout some RandomNumberGenerator
    ) -> Int {
        switch loss {
        case .everything: 0
        case .nothing: count
        case .latest, .random: .random(in: 0...count, using: &random)
        }
    }

    private func content(
        of file: File, afterLossOf loss: Loss, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = file.durable
        guard case .random = loss else {
            let count = Self.count(of: file.pending.count, afterLossOf: loss, using: &random)
            for change in file.pending.prefix(count) { Self.apply(change, to: &bytes) }
            return bytes
        }
        // Few or many, so that there are states in which little is missing and states in which little is there.
        let survivors = Int.random(in: 1...9, using: &random)
        for change in file.pending {
            guard case .write(let offset, let data) = change else {
                if Bool.random(using: &random) { Self.apply(change, to: &bytes) }
                continue
            }
            var start = 0
            while start < data.count {
                let end = min(data.count, (offset + start) / Self.sector * Self.sector + Self.sector - offset)
                if Int.random(in: 1...10, using: &random) <= survivors {
                    Self.write(data[start..<end], at: offset + start, to: &bytes)
                }
                start = end
            }
        }
        let length = file.pending.reduce(file.durable.count) { $1.length(after: $0) }
        if length > bytes.count, Bool.random(using: &random) {
            bytes += [UInt8](repeating: 0, count: length - bytes.count)
        }
        return bytes
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .write(let offset, let data): write(data[...], at: offset, to: &bytes)
        case .truncate(let length):
            if length < bytes.count {
                bytes.removeLast(bytes.count - length)
            } else {
                bytes += [UInt8](repeating: 0, count: length - bytes.count)
            }
        }
    }

    private static func write(_ data: ArraySlice<UInt8>, at offset: Int, to bytes: inout [UInt8]) {
        let end = offset + data.count
        if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        data.withUnsafeBytes { source in
            bytes.withUnsafeMutableBytes { target in
                target[offset..<end].copyBytes(from: source)
            }
        }
    }
}
