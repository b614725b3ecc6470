import Foundation

/// Records what the processes of a server write to its database, and when they made it durable
/// (Support/disk-recorder.c).
struct DiskRecorder {
    /// For the server.
    let environment: [String: String]
    private let record: String

    /// - Parameters:
    ///   - database: its path.
    ///   - folder: for the recorder's own files.
    init(of database: String, in folder: String) throws {
        record = folder + "/disk-record"
        let library = try PreloadedLibrary.build("disk-recorder", in: folder)
        guard FileManager.default.createFile(atPath: record, contents: nil) else {
            throw ChildProcess.Failure(description: record)
        }
        environment = ["LD_PRELOAD": library, "DISK_RECORD": record, "DISK_RECORD_DATABASE": database]
    }

    /// How far the record has come: what is done from now on follows it.
    @Sendable func position() -> Int {
        var status = stat()
        return stat(record, &status) == 0 ? Int(status.st_size) : 0
    }

    func operations() throws -> [DiskOperation] {
        let bytes = try Data(contentsOf: URL(filePath: record))
        var operations: [DiskOperation] = []
        var start = 0
        while start < bytes.count {
            let operation = try DiskOperation(bytes, at: start)
            operations.append(operation)
            start = operation.end
        }
        return operations
    }
}

/// Something that a process did to a file.
struct DiskOperation {
    enum Kind {
        case create(inode: UInt64, name: String)
        case write(inode: UInt64, offset: Int, [UInt8])
        case truncate(inode: UInt64, length: Int)
        case syncBegin(inode: UInt64)
        /// - Parameter begin: the position of the begin.
        case syncEnd(inode: UInt64, begin: Int)
        case unlink(name: String)
        case rename(from: String, to: String)
    }

    let kind: Kind
    /// Positions in the record.
    let start: Int
    let end: Int

    init(_ kind: Kind, start: Int = 0, end: Int = 0) {
        (self.kind, self.start, self.end) = (kind, start, end)
    }

    /// Whether it ends a sync or changes a name.
    var isBoundary: Bool {
        switch kind {
        case .syncEnd, .create, .unlink, .rename: true
        case .write, .truncate, .syncBegin: false
        }
    }

    fileprivate init(_ record: Data, at start: Int) throws {
        let header = 24
        guard record.count >= start + header else { throw ChildProcess.Failure(description: "the disk record is cut") }
        let (code, size, inode, value) = record.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self),
                Int(bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self)),
                bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self),
                Int(bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self))
            )
        }
        self.start = start
        end = start + header + size
        guard end <= record.count else { throw ChildProcess.Failure(description: "the disk record is cut") }
        let data = [UInt8](record[start + header..<end])
        let names = String(decoding: data, as: UTF8.self).split(separator: "/").map(String.init)
        kind =
            switch code {
            case 1: .create(inode: inode, name: names[0])
            case 2: .write(inode: inode, offset: value, data)
            case 3: .truncate(inode: inode, length: value)
            case 4: .syncBegin(inode: inode)
            case 5: .syncEnd(inode: inode, begin: value)
            case 6: .unlink(name: names[0])
            case 7: .rename(from: names[0], to: names[1])
            default: throw ChildProcess.Failure(description: "the disk record has an operation \(code)")
            }
    }
}
